/** Self-test cases of linear maps: the matmul variants of an engine, LoRA products, and gradients of weights and biases. */
import type { WeightType } from '../../gpu/kernel';
import { loraDown } from '../lora/down';
import { loraGradA, loraGradB } from '../lora/gradients';
import { loraOutputs, loraRanks } from '../lora/parts';
import { loraDownReference, loraGradAReference, loraGradBReference, loraUpBackwardReference } from '../lora/reference';
import { loraUpBackward } from '../lora/up-backward';
import { matmul, type LoraDown, type LoraUp } from '../matmul/matmul';
import { matmulReference } from '../matmul/reference';
import type { MatmulLayout } from '../matmul/sources';
import { biasGradientReference, weightGradientReference } from '../weight-gradient/reference';
import { biasGradient, weightGradient } from '../weight-gradient/weight-gradient';
import type { Bench } from './bench';
import { quarter, quarterFactor } from './mask';
import type { SelfTestOptions } from './options';

/** fp32 sums of at most 100 products of numbers up to 1. */
const tolerance = 1e-5;
/** More than one block in each direction; of the row classes 'many' and 'few' of a choice of tiles. */
const [manyRows, fewRows, k, n] = [36, 17, 20, 68];
const parts = [
  { width: 36, adapted: true },
  { width: 16, adapted: false },
  { width: 16, adapted: true },
];

interface MatmulVariant {
  rows: number;
  layout: MatmulLayout;
  type: WeightType;
  bias?: boolean;
  lora?: 'up' | 'down' | 'down with dropout';
  residual?: 'add' | 'accumulate';
}

/** All matmuls of a block and of the head, forward and backward, and of a decode step. */
function matmulVariants(options: SelfTestOptions): MatmulVariant[] {
  const { family, weightType, bias, rank, dropout, full, generation } = options;
  const [forward, backward] = family === 'llama' ? (['nt', 'nn'] as const) : (['nn', 'nt'] as const);
  const down = dropout ? ('down with dropout' as const) : ('down' as const);
  const forwards = (rows: number, type: WeightType, adapted: boolean): MatmulVariant[] => {
    const base = { rows, layout: forward, type, bias };
    const up = adapted ? [{ ...base, lora: 'up' as const }] : [];
    const head: MatmulVariant[] = bias || family === 'gpt2' ? [{ rows, layout: 'nt', type }] : [];
    return [
      base,
      { ...base, residual: 'add' as const },
      ...up,
      ...up.map((one) => ({ ...one, residual: 'add' as const })),
      ...head,
    ];
  };
  const backwards = (type: WeightType, adapted: boolean): MatmulVariant[] => {
    const base = { rows: manyRows, layout: backward, type };
    const head = { rows: manyRows, layout: 'nn' as const, type };
    return [base, ...(adapted ? [{ ...base, lora: down }] : []), head, { ...head, residual: 'accumulate' }];
  };
  const adapted = rank !== null;
  const types: [WeightType, boolean][] = full
    ? [
        [weightType, adapted],
        ['f32', false],
      ]
    : [[weightType, adapted]];
  return types.flatMap(([type, lora]) => [
    ...forwards(manyRows, type, lora),
    ...backwards(type, lora),
    ...(generation ? forwards(fewRows, type, lora) : []),
  ]);
}

export function matmulCases(bench: Bench, options: SelfTestOptions): void {
  const seen = new Set<string>();
  for (const variant of matmulVariants(options)) {
    const key = JSON.stringify(variant);
    if (!seen.has(key)) matmulCase(bench, options, variant);
    seen.add(key);
  }
}

function matmulCase(bench: Bench, { tiles, rank }: SelfTestOptions, variant: MatmulVariant): void {
  const { rows, layout, type, lora, residual } = variant;
  const [x, before] = [bench.random(rows * k), bench.random(rows * n)];
  const weight = layout === 'nt' ? bench.matrix(n + 1, k, type) : bench.matrix(k + 1, n, type);
  const bias = variant.bias ? bench.random(n) : undefined;
  const added = lora && rank !== null ? loraOf(bench, rows, rank, lora) : undefined;
  const y = bench.output(rows * n, residual === 'accumulate' ? before : undefined);
  const sizes = { layout, rows, k, n, weightStride: weight.stride, weightRow: 1 };
  const [dispatch] = matmul(tiles, {
    ...sizes,
    weightType: type,
    weight: weight.part,
    x: bench.floats(x),
    y,
    ...(bias && { bias: bench.floats(bias) }),
    ...(added && { lora: added.args }),
    ...(residual && { residual: residual === 'add' ? bench.floats(before) : ('accumulate' as const) }),
  });
  const values = matmulReference({
    ...sizes,
    x,
    weight: weight.values,
    ...(bias && { bias }),
    ...(residual && { residual: before }),
    ...added?.reference,
  });
  bench.check(dispatch!, { output: y, values, tolerance });
}

function loraOf(bench: Bench, rows: number, rank: number, kind: NonNullable<MatmulVariant['lora']>) {
  const ranks = loraRanks(parts, rank);
  const u = bench.random(rows * ranks);
  if (kind === 'up') {
    const b = bench.random(loraOutputs(parts) * rank);
    const shape = { parts, rank, scale: 0.5 };
    const args: LoraUp = { kind: 'up', u: bench.floats(u), factor: bench.floats(b), ...shape };
    return { args, reference: { up: { u, b, ...shape } } };
  }
  const a = bench.random(ranks * n);
  const dropped = kind === 'down with dropout';
  const args: LoraDown = {
    kind: 'down',
    u: bench.floats(u),
    factor: bench.floats(a),
    ranks,
    ...(dropped && { dropout: quarter }),
  };
  return { args, reference: { down: { u, a, ranks, factor: dropped ? quarterFactor : () => 1 } } };
}

export function loraCases(bench: Bench, { rank, dropout, machine }: SelfTestOptions): void {
  if (rank === null) return;
  const [tokens, width, scale] = [7, 132, 0.5];
  const map = { tokens, parts, rank, scale };
  const ranks = loraRanks(parts, rank);
  const shape = { tokens, width, ranks };
  const [x, a, u] = [bench.random(tokens * width), bench.random(ranks * width), bench.random(tokens * ranks)];
  const [dy, b] = [bench.random(tokens * n), bench.random(loraOutputs(parts) * rank)];
  const [xs, us, dys] = [bench.floats(x), bench.floats(u), bench.floats(dy)];

  for (const dropped of new Set([false, dropout])) {
    const mask = dropped ? { dropout: quarter } : {};
    const factor = dropped ? quarterFactor : undefined;
    const down = bench.output(u.length);
    bench.check(loraDown({ x: xs, a: bench.floats(a), u: down, ...shape, machine, ...mask }), {
      output: down,
      values: loraDownReference(x, a, shape, factor),
      tolerance,
    });
    const gradA = bench.output(a.length, a);
    bench.check(loraGradA({ du: us, x: xs, gradient: gradA, ...shape, machine, ...mask }), {
      output: gradA,
      values: loraGradAReference(u, x, a, shape, factor),
      tolerance,
    });
  }
  const du = bench.output(u.length);
  bench.check(loraUpBackward({ dy: dys, b: bench.floats(b), du, ...map, machine }), {
    output: du,
    values: loraUpBackwardReference(dy, b, map),
    tolerance,
  });
  const gradB = bench.output(b.length, b);
  bench.check(loraGradB({ dy: dys, u: us, gradient: gradB, ...map, machine }), {
    output: gradB,
    values: loraGradBReference(dy, u, b, map),
    tolerance,
  });
}

export function weightGradientCases(bench: Bench, { full, shuffledGradients: shuffle }: SelfTestOptions): void {
  if (!full) return;
  const [tokens, rows, columns] = [5, 12, 36];
  const [p, q, before] = [bench.random(tokens * rows), bench.random(tokens * columns), bench.random(rows * columns)];
  const gradient = bench.output(before.length, before);
  const [dispatch] = weightGradient({
    p: bench.floats(p),
    q: bench.floats(q),
    gradient,
    tokens,
    rows,
    columns,
    shuffle,
  });
  bench.check(dispatch!, {
    output: gradient,
    values: weightGradientReference(p, q, before, { tokens, rows, columns }),
    tolerance,
  });
  largeGradientCase(bench);
  const bias = bench.output(columns, before.subarray(0, columns));
  bench.check(biasGradient({ dy: bench.floats(q), gradient: bias, tokens, width: columns }), {
    output: bias,
    values: biasGradientReference(q, before, tokens, columns),
    tolerance,
  });
}

/** The larger tiles, which a large gradient gets; the dispatch of its first rows. */
function largeGradientCase(bench: Bench): void {
  const [tokens, rows, columns, first] = [2, 2 ** 14, 36, 32];
  const [p, q, before] = [bench.random(tokens * rows), bench.random(tokens * columns), bench.random(first * columns)];
  const gradient = bench.output(before.length, before);
  const maxFlops = 2 * tokens * columns * first;
  const work = { p: bench.floats(p), q: bench.floats(q), gradient, tokens, rows, columns, maxFlops };
  const ofFirst = Float32Array.from(
    { length: tokens * first },
    (_, i) => p[Math.floor(i / first) * rows + (i % first)]!,
  );
  bench.check(weightGradient(work)[0]!, {
    output: gradient,
    values: weightGradientReference(ofFirst, q, before, { tokens, rows: first, columns }),
    tolerance,
  });
}
