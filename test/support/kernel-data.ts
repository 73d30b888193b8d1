/** Data for kernel tests, and comparing fp32 results with float64 references. Needs no GPU. */
import { expect } from 'vitest';
import { seededRandom } from '../../src/data/seeded-random';

/** `length` floats uniform in [-1, 1), the same for the same seed. */
export function randomFloats(length: number, seed: number): Float32Array {
  const random = seededRandom('kernel test', seed);
  return Float32Array.from({ length }, () => 2 * random() - 1);
}

/** Every element within `tolerance` times the largest magnitude of `expected` (at least 1e-30), and none NaN. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let largest = 1e-30;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    if (Math.abs(actual[i]! - expected[i]!) <= tolerance * largest) continue;
    expect.fail(`element ${i}: ${actual[i]}, expected ${expected[i]}, tolerance ${tolerance} of ${largest}`);
  }
}
