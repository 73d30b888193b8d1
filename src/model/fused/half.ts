/** fp32 to IEEE half precision on the host, rounded to nearest even, two halves in a u32 as WGSL's unpack2x16float reads them. */

import type { HalfConversion } from '../weight-stream';

/** Values beyond fp16's range (65,504) became infinite. */
export interface HalfLosses extends HalfConversion {
  overflowed: number;
}

/**
 * Packs a matrix [rows, columns] into `target` as halves whose rows start every `stride` elements (even, >= columns).
 * Padding is left as it is. Returns what the range of fp16 cost.
 */
export function packHalves(
  source: Float32Array,
  rows: number,
  columns: number,
  stride: number,
  target: Uint16Array,
  targetRow = 0,
): HalfLosses {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  const losses = { overflowed: 0, flushed: 0, subnormal: 0 };
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = (targetRow + row) * stride;
    for (let column = 0; column < columns; column++) {
      const value = bits[from + column]!;
      const half = halfBits(value);
      target[to + column] = half;
      const magnitude = half & 0x7fff;
      if (magnitude === 0x7c00 && (value & 0x7f800000) !== 0x7f800000) losses.overflowed++;
      if (magnitude < 0x400 && (value & 0x7fffffff) !== 0) losses[magnitude === 0 ? 'flushed' : 'subnormal']++;
    }
  }
  return losses;
}

/** The bits of the half nearest to the fp32 number with bits `value`; ties to even. */
function halfBits(value: number): number {
  const sign = (value >>> 16) & 0x8000;
  const magnitude = value & 0x7fffffff;
  if (magnitude >= 0x47800000) {
    // Beyond the range: infinity, or NaN with its top bit set.
    return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  }
  if (magnitude < 0x38800000) {
    // Subnormal half: the value in units of 2^-24, rounded by adding in fp32 would need a second view; done in integers.
    if (magnitude < 0x33000000) return sign;
    const exponent = magnitude >>> 23;
    const mantissa = (magnitude & 0x7fffff) | 0x800000;
    return sign | roundShift(mantissa, 126 - exponent);
  }
  return sign | roundShift(magnitude - 0x38000000, 13);
}

/** value / 2^shift, rounded to nearest, ties to even. */
function roundShift(value: number, shift: number): number {
  const quotient = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return rest > middle || (rest === middle && quotient & 1) ? quotient + 1 : quotient;
}

/** The number a half stands for. */
export function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
