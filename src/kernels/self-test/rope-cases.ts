/** Self-test cases of rotary embedding, with the norms over each head of q and k where the model has them. */
import { ropeBackwardReference, ropeReference, type RopeShape } from '../rope/reference';
import { ropeBackward, ropeForward, ropeNormGradient, ropeNormPartialFloats } from '../rope/rope';
import type { Bench } from './bench';
import type { SelfTestOptions } from './options';

/** A few fp32 operations an element; with norms a sum over the head, more than once. */
const tolerance = 1e-5;

export function ropeCases(bench: Bench, { family, headDim, qkNorm, full }: SelfTestOptions): void {
  if (family !== 'llama') return;
  const shape: RopeShape = { tokens: 3, heads: 2, kvHeads: 1, headDim, epsilon: 1e-5 };
  const doubles = (length: number) => Float64Array.from(bench.random(length));
  const [qkv, dy] = [doubles(3 * 4 * headDim), doubles(3 * 4 * headDim)];
  const tables = { positions: Uint32Array.of(1, 0, 2), cos: tableOf(bench, headDim), sin: tableOf(bench, headDim) };
  const norm = qkNorm ? { query: doubles(headDim), key: doubles(headDim) } : undefined;
  const buffers = {
    positions: bench.words(tables.positions),
    cos: bench.floats(tables.cos),
    sin: bench.floats(tables.sin),
    ...(norm && { norm: { raw: bench.floats(qkv), query: bench.floats(norm.query), key: bench.floats(norm.key) } }),
  };
  // Without norms in place; with them from `raw`.
  const y = bench.output(qkv.length, norm ? undefined : qkv);
  const values = ropeReference(qkv, tables, shape, norm);
  bench.check(ropeForward(shape, { ...buffers, qkv: y }), { output: y, values, tolerance });

  const { dqkv, dNorm } = ropeBackwardReference(qkv, dy, tables, shape, norm);
  const inPlace = bench.output(dy.length, dy);
  bench.check(ropeBackward(shape, { ...buffers, qkv: y, dqkv: inPlace }), { output: inPlace, values: dqkv, tolerance });
  if (!norm || !full) return;
  const zeros = new Float32Array(headDim);
  const gradient = { query: bench.output(headDim, zeros), key: bench.output(headDim, zeros) };
  const partial = bench.scratch(ropeNormPartialFloats(headDim));
  const work = { ...buffers, qkv: y, dqkv: bench.floats(dy), partial, gradient };
  const dispatches = ropeNormGradient(shape, work);
  for (const dispatch of dispatches.slice(0, -1)) bench.check(dispatch);
  bench.check(
    dispatches.at(-1)!,
    { output: gradient.query, values: dNorm.query, tolerance },
    { output: gradient.key, values: dNorm.key, tolerance },
  );
}

/** [3, d], its halves equal. */
function tableOf(bench: Bench, headDim: number): Float64Array {
  const half = bench.random((3 * headDim) / 2);
  return Float64Array.from(
    { length: 3 * headDim },
    (_, i) => half[Math.floor(i / headDim) * (headDim / 2) + (i % (headDim / 2))]!,
  );
}
