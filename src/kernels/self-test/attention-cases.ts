/** Self-test cases of training's attention: two groups, one of them a prefix with two branches, over more than one tile. */
import { attentionBackward, attentionForward, attentionTileSizes } from '../attention/attention';
import { attentionBackwardReference, attentionReference } from '../attention/reference';
import { attentionSpans, attentionTiles } from '../attention/spans';
import type { Bench } from './bench';
import type { SelfTestOptions } from './options';

/** fp32 sums over at most 40 keys and the head dimension, exponentials and logarithms of GPUs. */
const tolerance = 2e-5;

export function attentionCases(bench: Bench, { attention: tuning, headDim, family }: SelfTestOptions): void {
  const shape = { heads: 2, kvHeads: family === 'llama' ? 1 : 2, headDim };
  const ratio = shape.heads / shape.kvHeads;
  const spans = attentionSpans([
    { prefix: 5, branches: [3, 35] },
    { prefix: 0, branches: [2] },
  ]);
  const tokens = spans.length / 4;
  const tiles = attentionTiles(spans, ratio, attentionTileSizes(tuning));
  const plan = { shape, tuning, tiles };
  const qkv = bench.random(tokens * (shape.heads + 2 * shape.kvHeads) * headDim);
  const gradient = bench.random(tokens * shape.heads * headDim);
  const exact = Float64Array.from(qkv);
  const forward = attentionReference(exact, spans, shape);
  const inputs = { qkv: bench.floats(qkv), spans: bench.words(spans), tiles: bench.words(tiles.data) };

  const [o, lse] = [bench.output(forward.o.length), bench.output(forward.lse.length)];
  bench.check(
    attentionForward({ ...inputs, o, lse }, plan),
    { output: o, values: forward.o, tolerance },
    { output: lse, values: forward.lse, tolerance },
  );

  // The keys' kernel gets an exact delta, so that a fault is laid to the kernel that has it.
  const deltas = Float64Array.from({ length: tokens * shape.heads }, (_, row) => {
    let sum = 0;
    for (let i = row * headDim; i < (row + 1) * headDim; i++) sum += gradient[i]! * forward.o[i]!;
    return sum;
  });
  const [delta, dq, dkv] = [bench.output(deltas.length), bench.output(qkv.length), bench.output(qkv.length)];
  const kept = {
    ...inputs,
    o: bench.floats(forward.o),
    lse: bench.floats(forward.lse),
    gradient: bench.floats(gradient),
  };
  const [queries] = attentionBackward({ ...kept, delta, dqkv: dq }, plan);
  const [, keys] = attentionBackward({ ...kept, delta: bench.floats(deltas), dqkv: dkv }, plan);
  const dqkv = attentionBackwardReference(exact, spans, shape, Float64Array.from(gradient));
  const width = (shape.heads + 2 * shape.kvHeads) * headDim;
  const places = (own: (column: number) => boolean) =>
    Array.from({ length: dqkv.length }, (_, i) => i).filter((i) => own(i % width));
  const [ofQueries, ofKeys] = [
    places((column) => column < shape.heads * headDim),
    places((column) => column >= shape.heads * headDim),
  ];
  bench.check(
    queries,
    { output: delta, values: deltas, tolerance },
    { output: dq, values: ofQueries.map((i) => dqkv[i]!), places: ofQueries, tolerance },
  );
  bench.check(keys, { output: dkv, values: ofKeys.map((i) => dqkv[i]!), places: ofKeys, tolerance });
}
