import { describe, expect, it } from 'vitest';
import { philox, seededRandom, shuffle } from '../../../src/data/seeded-random';

describe('philox', () => {
  it('agrees with exact 64-bit arithmetic', () => {
    const exact = (low: bigint, high: bigint, key: bigint): [number, number] => {
      const mask = 0xffffffffn;
      for (let round = 0; round < 10; round++) {
        const product = 0xd256d193n * low;
        [low, high] = [(product >> 32n) ^ key ^ high, product & mask];
        key = (key + 0x9e3779b9n) & mask;
      }
      return [Number(low), Number(high)];
    };
    for (const [low, high, key] of [
      [0, 0, 0],
      [0xffffffff, 0xffffffff, 0xffffffff],
      [0x243f6a88, 0x85a308d3, 0x13198a2e],
      [0x0000ffff, 0xffff0000, 0x80000001],
    ] as const) {
      expect(philox(low, high, key)).toEqual(exact(BigInt(low), BigInt(high), BigInt(key)));
    }
  });

  it('gives the known answers of the Random123 library', () => {
    expect(philox(0, 0, 0)).toEqual([0xff1dae59, 0x6cd10df2]);
    expect(philox(0xffffffff, 0xffffffff, 0xffffffff)).toEqual([0x2c3f628b, 0xab4fd7ad]);
    expect(philox(0x243f6a88, 0x85a308d3, 0x13198a2e)).toEqual([0xdd7ce038, 0xf62a4c12]);
  });
});

describe('seededRandom', () => {
  it('repeats a stream and separates streams by every key', () => {
    const draw = (...keys: (number | string)[]): number[] => {
      const random = seededRandom(...keys);
      return Array.from({ length: 5 }, () => random());
    };
    expect(draw(42, 'sft', 1)).toEqual(draw(42, 'sft', 1));
    const streams = [
      draw(42, 'sft', 1),
      draw(42, 'sft', 2),
      draw(43, 'sft', 1),
      draw(42, 'dpo', 1),
      draw(42, 'sft', '1'),
      draw(),
    ];
    expect(new Set(streams.map((stream) => stream[0])).size).toBe(streams.length);
  });

  it('is uniform in [0, 1): mean, variance, serial correlation and buckets', () => {
    const random = seededRandom(7, 'uniform');
    const n = 40000;
    const values = Array.from({ length: n }, () => random());
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    const serial = values.slice(1).reduce((sum, value, i) => sum + (value - 0.5) * ((values[i] ?? 0) - 0.5), 0) / n;
    expect(Math.abs(serial)).toBeLessThan(4 / 12 / Math.sqrt(n));
    const buckets = new Array<number>(20).fill(0);
    for (const value of values) buckets[Math.floor(value * 20)]! += 1;
    const chiSquare = buckets.reduce((sum, count) => sum + (count - n / 20) ** 2 / (n / 20), 0);
    expect(chiSquare).toBeLessThan(50);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });
});

describe('shuffle', () => {
  it('is a permutation, leaves its input alone, and reaches every order equally often', () => {
    const items = [0, 1, 2] as const;
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = shuffle(items, seededRandom(seed)).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['012', '021', '102', '120', '201', '210']);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
    expect(items).toEqual([0, 1, 2]);
  });
});
