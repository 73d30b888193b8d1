/**
 * Element types of safetensors files, and their conversion to fp32.
 * Leaves out 8-bit and integer types as weights: their sizes are known, so that a header with them can be checked, but
 * nothing here turns them into numbers.
 */

/** Bytes of one element, by the name safetensors uses in its header. */
export const dtypeBytes: ReadonlyMap<string, number> = new Map([
  ['F64', 8],
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
  ['I64', 8],
  ['I32', 4],
  ['I16', 2],
  ['I8', 1],
  ['U64', 8],
  ['U32', 4],
  ['U16', 2],
  ['U8', 1],
  ['BOOL', 1],
  ['C64', 8],
  ['F8_E4M3', 1],
  ['F8_E5M2', 1],
  ['F8_E8M0', 1],
]);

/** Types that `toFloat32` converts. All three widen without rounding. */
export const floatDtypes: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16']);

let halfValues: Float32Array | undefined;

/** fp32 bits of a half: IEEE 754 binary16 has 5 exponent bits (bias 15) and 10 mantissa bits. */
function halfToFloatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  let mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  let shift = 0;
  while ((mantissa & 0x400) === 0) {
    mantissa <<= 1;
    shift += 1;
  }
  return sign | ((113 - shift) << 23) | ((mantissa & 0x3ff) << 13);
}

/** The 65,536 halves as fp32, made on first use: one look-up an element is the fastest portable conversion. */
function halfTable(): Float32Array {
  if (halfValues) return halfValues;
  const bits = new Uint32Array(65536);
  for (let half = 0; half < 65536; half++) bits[half] = halfToFloatBits(half);
  halfValues = new Float32Array(bits.buffer);
  return halfValues;
}

/** bf16 is the upper half of an fp32. `target` is at least as long. */
export function widenBfloat(source: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, source.length);
  for (let i = 0; i < source.length; i++) bits[i] = (source[i] ?? 0) << 16;
}

function fromHalf(source: Uint16Array): Float32Array {
  const table = halfTable();
  const target = new Float32Array(source.length);
  for (let i = 0; i < source.length; i++) target[i] = table[source[i] ?? 0] ?? 0;
  return target;
}

function fromBfloat(source: Uint16Array): Float32Array {
  const target = new Float32Array(source.length);
  widenBfloat(source, target);
  return target;
}

/** Widens little-endian F32, F16 or BF16 bytes to fp32, exactly. F32 is a view on `bytes`, not a copy. */
export function toFloat32(bytes: ArrayBuffer, dtype: string): Float32Array {
  if (dtype === 'F32') return new Float32Array(bytes);
  if (dtype === 'F16') return fromHalf(new Uint16Array(bytes));
  if (dtype === 'BF16') return fromBfloat(new Uint16Array(bytes));
  throw new Error(`internal: no conversion from ${dtype} to fp32`);
}
