/**
 * The uniform block of a kernel: one schema gives both its WGSL struct and its bytes on the host. Scalars only, so that
 * field i lies at byte 4 i. Leaves out where the bytes lie; see runtime.ts.
 */

export type ScalarType = 'u32' | 'i32' | 'f32';
export type ParamsSchema = Readonly<Record<string, ScalarType>>;
export type ParamValues<S extends ParamsSchema> = { readonly [name in keyof S]: number };

/** Bytes of one uniform block; also the alignment WebGPU asks for between two of them. */
export const paramsBlockBytes = 256;

/** `struct Params {...}` and its binding 0 as `params`. */
export function paramsWgsl(schema: ParamsSchema): string {
  const fields = Object.entries(schema).map(([name, type]) => `  ${name}: ${type},`);
  return `struct Params {\n${fields.join('\n')}\n}\n@group(0) @binding(0) var<uniform> params: Params;\n`;
}

/** Writes `values` in the order of `schema` at byte `offset`. */
export function packParams(
  schema: ParamsSchema,
  values: Readonly<Record<string, number>>,
  view: DataView,
  offset: number,
): void {
  let at = offset;
  for (const [name, type] of Object.entries(schema)) {
    const value = values[name];
    if (value === undefined) throw new Error(`internal: the kernel parameter ${name} has no value`);
    if (type === 'f32') view.setFloat32(at, value, true);
    else if (type === 'i32') view.setInt32(at, value, true);
    else view.setUint32(at, value, true);
    at += 4;
  }
  if (at - offset > paramsBlockBytes) throw new Error('internal: a uniform block is at most 256 bytes');
}
