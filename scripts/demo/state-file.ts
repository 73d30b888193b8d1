/**
 * The state of a training in one file, so that it can go on after the process was ended: a JSON header with what it belongs to,
 * then parameters and moments. Written beside and renamed, so that a file is whole or not there.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { TrainingState } from '../../src/training/hooks';

const headerSchema = z.object({ key: z.string(), step: z.number().int().min(1), size: z.number().int().min(1) });

/** @param key what the state belongs to: settings, data, adapter */
export function writeState(path: string, key: string, { step, ...values }: TrainingState): void {
  const { parameters, firstMoment, secondMoment } = values;
  const header = Buffer.from(`${JSON.stringify({ key, step, size: parameters.length })}\n`);
  const parts = [parameters, firstMoment, secondMoment].map((part) =>
    Buffer.from(part.buffer, part.byteOffset, part.byteLength),
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, Buffer.concat([header, ...parts]));
  renameSync(`${path}.new`, path);
}

/** The state in `path` if it belongs to `key`; null where there is none. @throws Error when the file is damaged */
export function readState(path: string, key: string): TrainingState | null {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  const end = bytes.indexOf(10);
  const header = headerSchema.parse(JSON.parse(bytes.subarray(0, end).toString('utf8')));
  if (header.key !== key) return null;
  const { step, size } = header;
  if (bytes.length !== end + 1 + 12 * size)
    throw new Error(`${path} is cut short or damaged. Delete it to begin again.`);
  const part = (index: number) =>
    new Float32Array(bytes.buffer.slice(bytes.byteOffset + end + 1 + 4 * size * index).slice(0, 4 * size));
  return { step, parameters: part(0), firstMoment: part(1), secondMoment: part(2) };
}
