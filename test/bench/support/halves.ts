/** fp16 as 16-bit words: rounding numbers to it, and back. Normal and subnormal numbers; no infinities or NaN. */

const scratch = new DataView(new ArrayBuffer(4));

/** The nearest half of `value`, ties to even, for |value| < 65504. */
export function halfOf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const mantissa = bits & 0x7fffff;
  if (exponent <= 0) return sign | Math.round(Math.abs(value) * 2 ** 24);
  const rest = mantissa & 0x1fff;
  const half = (exponent << 10) | (mantissa >>> 13);
  const up = rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1);
  return sign | (half + (up ? 1 : 0));
}

let table: Float32Array | undefined;

/** The number that the half `bits` stands for. */
export function valueOfHalf(bits: number): number {
  table ??= Float32Array.from({ length: 65536 }, (_, word) => {
    const [exponent, mantissa] = [(word >> 10) & 31, word & 1023];
    const size = exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15);
    return word & 0x8000 ? -size : size;
  });
  return table[bits]!;
}

/** `values` rounded to fp16, as 16-bit words. */
export function toHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, halfOf);
}
