/** RoPE tables against values computed apart from this code: the published formulas in float64, torch's steps in numpy. */
import { describe, expect, it } from 'vitest';
import type { LlamaConfig, RopeScaling } from '../../../src/model/config';
import { inverseFrequencies, ropeTables } from '../../../src/model/rope';
import { tinyLlama } from './configs';

function config(headDim: number, ropeTheta: number, ropeScaling: RopeScaling): LlamaConfig {
  return { ...tinyLlama, headDim, ropeTheta, ropeScaling };
}

function expectFrequencies(actual: Float32Array, expected: number[]): void {
  expect(actual.length).toBe(expected.length);
  // six roundings to 24 bits are under 4e-7
  expected.forEach((value, i) => expect(Math.abs((actual[i] ?? 0) / value - 1)).toBeLessThan(4e-7));
}

const yarn: Extract<RopeScaling, { type: 'yarn' }> = {
  type: 'yarn',
  factor: 4,
  originalContextLength: 2048,
  betaFast: 32,
  betaSlow: 1,
  attentionFactor: null,
  mscale: null,
  mscaleAllDim: null,
  truncate: true,
};

describe('frequencies', () => {
  it('default: theta^(-2i/dim)', () => {
    expectFrequencies(inverseFrequencies(config(8, 10000, { type: 'default' }), 1), [1, 0.1, 0.01, 0.001]);
  });

  it('linear: divided by the factor', () => {
    const scaled = config(8, 10000, { type: 'linear', factor: 4 });
    expectFrequencies(inverseFrequencies(scaled, 1), [0.25, 0.025, 0.0025, 0.00025]);
  });

  it('dynamic: as default up to the original length, a larger base after it', () => {
    const scaled = config(8, 10000, { type: 'dynamic', factor: 2, originalContextLength: 64 });
    const plain = inverseFrequencies(config(8, 10000, { type: 'default' }), 64);
    expect(inverseFrequencies(scaled, 64)).toEqual(plain);
    expectFrequencies(inverseFrequencies(scaled, 256), [1, 0.0522757959, 0.00273275883, 0.000142857143]);
  });

  it('llama3: short wavelengths kept, long ones divided, those between blended', () => {
    const scaled = config(32, 500000, {
      type: 'llama3',
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalContextLength: 64,
    });
    const expected = [
      1.0, 0.440366603, 0.0794030092, 0.0106746375, 0.00470075387, 0.00207005501, 0.000911583092, 0.000401430749,
      0.000176776695, 7.78465527e-5, 3.4281022e-5, 1.50962172e-5, 6.64786987e-6, 2.92749987e-6, 1.28917317e-6,
      5.6770881e-7,
    ];
    expectFrequencies(inverseFrequencies(scaled, 1), expected);
  });

  it('yarn: a ramp between the two ways, with and without rounding its ends', () => {
    const rounded = [1.0, 0.316227766, 0.1, 0.025693506, 0.00625, 0.00138349648, 0.00025, 7.90569415e-5];
    const exact = [1.0, 0.316227766, 0.1, 0.0238701923, 0.00505697152, 0.000811290382, 0.00025, 7.90569415e-5];
    expectFrequencies(inverseFrequencies(config(16, 10000, yarn), 1), rounded);
    expectFrequencies(inverseFrequencies(config(16, 10000, { ...yarn, truncate: false }), 1), exact);
  });
});

describe('tables', () => {
  it('repeat the frequencies in both halves of a head', () => {
    const { cos, sin } = ropeTables(config(8, 10000, { type: 'default' }), 4);
    const row = (table: Float32Array) => [...table.subarray(3 * 8, 4 * 8)];
    const cosines = [-0.9899924966, 0.9553364891, 0.9995500337, 0.9999955];
    const sines = [0.1411200081, 0.2955202067, 0.0299955002, 0.0029999955];
    expect(cos.length).toBe(32);
    [...cosines, ...cosines].forEach((value, i) => expect(row(cos)[i]).toBeCloseTo(value, 6));
    [...sines, ...sines].forEach((value, i) => expect(row(sin)[i]).toBeCloseTo(value, 6));
    expect([...cos.subarray(0, 8)]).toEqual(new Array(8).fill(1));
    expect([...sin.subarray(0, 8)]).toEqual(new Array(8).fill(0));
  });

  it('round as PyTorch does: the exact angle would miss the 2e-4 of parity at position 8,000', () => {
    const { cos, sin } = ropeTables(config(128, 500000, { type: 'default' }), 8001);
    // column: [cos, sin] of the fp32 steps in numpy, exact cosine
    const expected = new Map([
      [1, [0.29213637, 0.95637667, 0.29178165]],
      [5, [-0.00309217, -0.99999523, -0.00309904]],
      [20, [0.85943693, 0.51124179, 0.85943686]],
      [40, [-0.58362776, 0.81202132, -0.58362772]],
    ]);
    for (const [column, [cosine = 0, sine = 0]] of expected) {
      expect(Math.abs((cos[8000 * 128 + column] ?? 0) - cosine)).toBeLessThan(2e-6);
      expect(Math.abs((sin[8000 * 128 + column] ?? 0) - sine)).toBeLessThan(2e-6);
    }
    expect(Math.abs((cos[8000 * 128 + 1] ?? 0) - 0.29178165)).toBeGreaterThan(2e-4);
  });

  it("multiply by YaRN's attention factor, given or derived", () => {
    const first = (scaling: RopeScaling) => ropeTables(config(16, 10000, scaling), 1).cos[0];
    expect(first(yarn)).toBeCloseTo(1.138629436, 6);
    expect(first({ ...yarn, mscale: 0.5, mscaleAllDim: 0.8 })).toBeCloseTo(0.9625630588, 6);
    expect(first({ ...yarn, attentionFactor: 1.5 })).toBe(1.5);
    expect(first({ ...yarn, factor: 1 })).toBe(1);
  });
});
