/**
 * Rotation and norms of queries and keys against float64; the reference's gradients against finite differences.
 * Tolerance 1e-5 of the largest value: sums of up to 128 products and an inverse square root in fp32.
 */
import { describe, expect, it } from 'vitest';
import {
  ropeBackwardReference,
  ropeReference,
  type RopeNormWeights,
  type RopeShape,
} from '../../../src/kernels/rope/reference';
import { ropeBackward, ropeForward, ropeNormGradient, ropeNormPartialFloats } from '../../../src/kernels/rope/rope';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

function randoms(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 30 - 2;
  });
}

const tableRows = 11;

/** Angles position * 50^(-2i/d), as fp32 numbers. */
function tablesOf(headDim: number) {
  const angles = Array.from({ length: tableRows * headDim }, (_, at) => {
    const i = (at % headDim) % (headDim / 2);
    return Math.floor(at / headDim) * 50 ** ((-2 * i) / headDim);
  });
  return { cos: Float32Array.from(angles, Math.cos), sin: Float32Array.from(angles, Math.sin) };
}

const positionsOf = (tokens: number) => Uint32Array.from({ length: tokens }, (_, token) => (token * 7 + 3) % tableRows);
const wide = (x: Float32Array) => Float64Array.from(x);

function inputsOf(shape: RopeShape) {
  const width = (shape.heads + 2 * shape.kvHeads) * shape.headDim;
  const { cos, sin } = tablesOf(shape.headDim);
  return {
    raw: randoms(shape.tokens * width, 1),
    gradient: randoms(shape.tokens * width, 2),
    query: randoms(shape.headDim, 3),
    key: randoms(shape.headDim, 4),
    positions: positionsOf(shape.tokens),
    cos,
    sin,
    tables: { positions: positionsOf(shape.tokens), cos: wide(cos), sin: wide(sin) },
  };
}

function expectClose(actual: Float32Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  expect(actual.every(Number.isFinite)).toBe(true);
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const worst = expected.reduce((most, x, i) => Math.max(most, Math.abs(x - actual[i]!)), 0);
  expect(worst / largest).toBeLessThan(1e-5);
}

describe('the rope reference', () => {
  const shape = { tokens: 3, heads: 2, kvHeads: 1, headDim: 4, epsilon: 1e-3 };
  const { raw, gradient, query, key, tables } = inputsOf(shape);
  const upstream = wide(gradient);

  it('rotates each pair (i, i + d/2) by its angle and leaves v alone', () => {
    const rotated = ropeReference(wide(raw), tables, shape);
    for (let token = 0; token < 3; token++) {
      for (let slot = 0; slot < 4; slot++) {
        for (let i = 0; i < 2; i++) {
          const at = (token * 4 + slot) * 4 + i;
          const angle = slot === 3 ? 0 : tables.positions[token]! * 50 ** (-i / 2);
          const [a, b] = [raw[at]!, raw[at + 2]!];
          expect(rotated[at]).toBeCloseTo(a * Math.cos(angle) - b * Math.sin(angle), 5);
          expect(rotated[at + 2]).toBeCloseTo(b * Math.cos(angle) + a * Math.sin(angle), 5);
        }
      }
    }
  });

  it.each([undefined, { query: wide(query), key: wide(key) }])('has the gradient of finite differences', (norm) => {
    const loss = (x: Float64Array, weights?: RopeNormWeights) =>
      ropeReference(x, tables, shape, weights).reduce((sum, value, i) => sum + value * upstream[i]!, 0);
    const { dqkv, dNorm } = ropeBackwardReference(wide(raw), upstream, tables, shape, norm);
    const nudged = (x: Float64Array, i: number, by: number) => x.map((value, k) => (k === i ? value + by : value));
    dqkv.forEach((value, i) => {
      const at = (by: number) => loss(nudged(wide(raw), i, by), norm);
      expect(value).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
    });
    if (!norm) return;
    for (const kind of ['query', 'key'] as const) {
      dNorm[kind].forEach((value, i) => {
        const at = (by: number) => loss(wide(raw), { ...norm, [kind]: nudged(norm[kind], i, by) });
        expect(value).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
      });
    }
  });
});

describe('rope kernels', () => {
  const runtime = useRuntime();
  const shapes = [
    { tokens: 1, heads: 1, kvHeads: 1, headDim: 2, epsilon: 1e-5 },
    { tokens: 21, heads: 6, kvHeads: 2, headDim: 6, epsilon: 1e-5 },
    { tokens: 37, heads: 3, kvHeads: 1, headDim: 64, epsilon: 1e-6 },
    { tokens: 5, heads: 2, kvHeads: 2, headDim: 160, epsilon: 1e-6 },
  ];
  const tableBuffers = ({ positions, cos, sin }: ReturnType<typeof inputsOf>) => ({
    positions: { buffer: bufferOf(runtime(), positions) },
    cos: { buffer: bufferOf(runtime(), cos) },
    sin: { buffer: bufferOf(runtime(), sin) },
  });

  it.each(shapes)('rotate in place and back: $tokens tokens, $heads/$kvHeads heads of $headDim', async (shape) => {
    const gpu = runtime();
    const inputs = inputsOf(shape);
    const { raw, gradient, tables } = inputs;
    const qkv = { buffer: bufferOf(gpu, raw) };
    const dqkv = { buffer: bufferOf(gpu, gradient) };
    const buffers = { ...tableBuffers(inputs), qkv };
    expectClose(
      await runAndRead(gpu, [ropeForward(shape, buffers)], qkv.buffer, raw.length),
      ropeReference(wide(raw), tables, shape),
    );
    expectClose(
      await runAndRead(gpu, [ropeBackward(shape, { ...buffers, dqkv })], dqkv.buffer, raw.length),
      ropeBackwardReference(wide(raw), wide(gradient), tables, shape).dqkv,
    );
  });

  it.each(shapes)('norm and rotate, and back: $tokens tokens, $heads/$kvHeads heads of $headDim', async (shape) => {
    const gpu = runtime();
    const d = shape.headDim;
    const inputs = inputsOf(shape);
    const { raw, gradient, tables, query, key } = inputs;
    const weights = { query: wide(query), key: wide(key) };
    const qkv = { buffer: poisoned(gpu, raw.length) };
    const dqkv = { buffer: bufferOf(gpu, gradient) };
    const partial = { buffer: poisoned(gpu, ropeNormPartialFloats(d)) };
    const before = Float32Array.from({ length: d }, () => 1);
    const dNorm = { query: { buffer: bufferOf(gpu, before) }, key: { buffer: bufferOf(gpu, before) } };
    const norm = {
      raw: { buffer: bufferOf(gpu, raw) },
      query: { buffer: bufferOf(gpu, query) },
      key: { buffer: bufferOf(gpu, key) },
    };
    const buffers = { ...tableBuffers(inputs), qkv, norm };
    expectClose(
      await runAndRead(gpu, [ropeForward(shape, buffers)], qkv.buffer, raw.length),
      ropeReference(wide(raw), tables, shape, weights),
    );
    for (const dispatch of ropeNormGradient(shape, { ...buffers, dqkv, partial, gradient: dNorm })) gpu.run(dispatch);
    gpu.run(ropeBackward(shape, { ...buffers, dqkv }));
    const expected = ropeBackwardReference(wide(raw), wide(gradient), tables, shape, weights);
    expectClose(await runAndRead(gpu, [], dqkv.buffer, raw.length), expected.dqkv);
    for (const kind of ['query', 'key'] as const)
      expectClose(
        await runAndRead(gpu, [], dNorm[kind].buffer, d),
        expected.dNorm[kind].map((value) => value + 1),
      );
  });
});
