/** Reads single fields of a config.json with errors that name file, field, value and what is expected. No model knowledge. */
import { z } from 'zod';
import { InputError } from '../protocol/errors';

/** A JSON object of a configuration file, or a section inside it. null counts as absent, as in transformers. */
export class ConfigFields {
  private constructor(
    private readonly fileName: string,
    private readonly path: string,
    private readonly values: Record<string, unknown>,
  ) {}

  /** @throws InputError when `json` is no object. */
  static of(json: unknown, fileName: string): ConfigFields {
    const parsed = z.record(z.string(), z.unknown()).safeParse(json);
    if (!parsed.success) throw new InputError(`${fileName}: must hold a JSON object, found ${describe(json)}.`);
    return new ConfigFields(fileName, '', parsed.data);
  }

  /** The section `name`, whose fields are named "name.field" in errors. */
  inside(name: string, values: Record<string, unknown>): ConfigFields {
    return new ConfigFields(this.fileName, `${this.path}${name}.`, values);
  }

  /** Whether the field is there at all, even as null. */
  has(name: string): boolean {
    return Object.hasOwn(this.values, name);
  }

  /** The field's value, or undefined when it is absent or null. @throws InputError when it does not fit the schema. */
  optional<T>(name: string, schema: z.ZodType<T>): T | undefined {
    const value = this.has(name) ? this.values[name] : undefined;
    if (value === undefined || value === null) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const reason = parsed.error.issues[0]?.message ?? 'is not valid';
    return this.refuse(name, value, `is not valid: ${reason}`);
  }

  /** The field's value. @throws InputError when it is absent or does not fit the schema. */
  required<T>(name: string, schema: z.ZodType<T>): T {
    const value = this.optional(name, schema);
    if (value !== undefined) return value;
    throw new InputError(`${this.fileName}: the field "${this.path}${name}" is missing.`);
  }

  /** @throws InputError always: field, its value, and what about it is not supported. */
  refuse(name: string, value: unknown, problem: string): never {
    throw new InputError(`${this.fileName}: "${this.path}${name}" is ${describe(value)}, which ${problem}.`);
  }
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
