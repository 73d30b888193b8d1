/** Self-test cases of the kernels that work on rows: norms, activations, embedding, picking and summing rows. */
import { activationBackward, activationForward } from '../activation/activation';
import { activationBackwardReference, activationReference } from '../activation/reference';
import { embed } from '../embedding/embedding';
import { embedReference } from '../embedding/reference';
import { normBackward, normForward, type NormShape } from '../norm/norm';
import { normBackwardReference, normReference } from '../norm/reference';
import { normPartialFloats, normWeightGradient } from '../norm/weight-gradient';
import { normDown } from '../norm-down/norm-down';
import { normDownReference } from '../norm-down/reference';
import { groupAllTargets, groupTargets } from '../rows/group-rows';
import { gatherRowsReference, scatterRowsReference } from '../rows/reference';
import { addRows, gatherRows, scatterRows } from '../rows/rows';
import type { Bench } from './bench';
import type { SelfTestOptions } from './options';

/** fp32 sums over a row of up to some thousand terms, in lanes; inverse square roots and exponentials of GPUs. */
const tolerance = 1e-5;

export function normCases(bench: Bench, { family, hiddenSize, full }: SelfTestOptions): void {
  const kind = family === 'llama' ? 'rms' : 'layer';
  const shape: NormShape = { kind, rows: 3, width: hiddenSize, epsilon: 1e-5 };
  const [x, weight, dy] = [3, 1, 3].map((rows) => bench.random(rows * hiddenSize)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const bias = kind === 'layer' ? bench.random(hiddenSize) : undefined;
  const inputs = { x: bench.floats(x), weight: bench.floats(weight) };
  const y = bench.output(x.length);
  bench.check(normForward(shape, { ...inputs, y, ...(bias && { bias: bench.floats(bias) }) }), {
    output: y,
    values: normReference(shape, x, weight, bias),
    tolerance,
  });
  const before = bench.random(x.length);
  const upstream = bench.floats(dy);
  const { dx, dWeight, dBias } = normBackwardReference(shape, x, weight, dy);
  const added = bench.output(x.length, before);
  const expected = { output: added, values: dx.map((value, i) => value + before[i]!), tolerance };
  bench.check(normBackward(shape, { ...inputs, dy: upstream, dx: added }), expected);
  if (!full) return;
  const statistics = rowStatistics(shape, x);
  const [again, written] = [bench.output(x.length, before), bench.output(statistics.length)];
  bench.check(
    normBackward(shape, { ...inputs, dy: upstream, dx: again, statistics: written }),
    { ...expected, output: again },
    { output: written, values: statistics, tolerance },
  );
  normGradientCases(bench, shape, inputs.x, upstream, bench.floats(statistics), [dWeight, dBias]);
}

/** (mean, scale) of each row. */
function rowStatistics({ kind, rows, width, epsilon }: NormShape, x: Float32Array): number[] {
  return Array.from({ length: rows }, (_, row) => {
    const values = [...x.subarray(row * width, (row + 1) * width)];
    const mean = kind === 'layer' ? values.reduce((sum, value) => sum + value, 0) / width : 0;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    return [mean, 1 / Math.sqrt(square + epsilon)];
  }).flat();
}

type Part = ReturnType<Bench['floats']>;

/** The partial sums of few rows are the gradients themselves; their sum is checked with two parts of any values. */
function normGradientCases(
  bench: Bench,
  shape: NormShape,
  x: Part,
  dy: Part,
  statistics: Part,
  gradients: [Float64Array, Float64Array],
): void {
  const { kind, width } = shape;
  const columns = kind === 'layer' ? 2 : 1;
  const outputs = [width, width].map(() => bench.output(width, new Float32Array(width).fill(1))) as [Part, Part];
  const biasPart = kind === 'layer' ? { dBias: outputs[1] } : {};
  const partial = bench.output(normPartialFloats(shape));
  const unused = { x, dy, statistics };
  const [first] = normWeightGradient(shape, { ...unused, partial, dWeight: outputs[0], ...biasPart });
  bench.check(first, { output: partial, values: gradients.slice(0, columns).flatMap((g) => [...g]), tolerance });
  const twoParts = { ...shape, rows: 33 };
  const parts = bench.random(normPartialFloats(twoParts));
  const stored = bench.floats(parts);
  const [, second] = normWeightGradient(twoParts, { ...unused, partial: stored, dWeight: outputs[0], ...biasPart });
  const summed = (column: number) =>
    Float64Array.from(
      { length: width },
      (_, i) => 1 + parts[column * width + i]! + parts[(columns + column) * width + i]!,
    );
  const expectations = outputs.slice(0, columns).map((output, i) => ({ output, values: summed(i), tolerance }));
  bench.check(second, ...expectations);
}

/** The norm of a decode step, with the low-rank states of the map that reads it. */
export function normDownCases(bench: Bench, { family, hiddenSize, rank, generation }: SelfTestOptions): void {
  if (rank === null || !generation) return;
  const kind = family === 'llama' ? 'rms' : 'layer';
  const shape: NormShape = { kind, rows: 3, width: hiddenSize, epsilon: 1e-5 };
  const values = {
    x: bench.random(shape.rows * hiddenSize),
    weight: bench.random(hiddenSize),
    a: bench.random(rank * hiddenSize),
    ...(kind === 'layer' && { bias: bench.random(hiddenSize) }),
  };
  const [y, u] = [bench.output(shape.rows * hiddenSize), bench.output(shape.rows * rank)];
  const { x, weight, a, bias } = values;
  const inputs = { x: bench.floats(x), weight: bench.floats(weight), a: bench.floats(a) };
  const expected = normDownReference(shape, rank, values);
  bench.check(
    normDown(shape, rank, { ...inputs, y, u, ...(bias && { bias: bench.floats(bias) }) }),
    { output: y, values: expected.y, tolerance },
    { output: u, values: expected.u, tolerance },
  );
}

export function activationCases(bench: Bench, { family }: SelfTestOptions): void {
  const shape = { kind: family === 'llama' ? ('swiglu' as const) : ('gelu' as const), rows: 3, width: 132 };
  const x = bench.random(shape.rows * shape.width * (family === 'llama' ? 2 : 1)).map((value) => 4 * value);
  const dy = bench.random(shape.rows * shape.width);
  const values = activationReference(shape, x);
  const y = bench.output(dy.length);
  bench.check(activationForward(shape, { x: bench.floats(x), y }), { output: y, values, tolerance });
  const gradient = activationBackwardReference(shape, x, dy);
  for (const again of [false, true]) {
    const inPlace = bench.output(x.length, x);
    const upstream = again ? bench.output(dy.length, dy) : bench.floats(dy);
    bench.check(
      activationBackward(shape, { dy: upstream, x: inPlace }, again),
      { output: inPlace, values: gradient, tolerance },
      ...(again ? [{ output: upstream, values, tolerance }] : []),
    );
  }
}

export function embeddingCases(bench: Bench, { family, weightType, full }: SelfTestOptions): void {
  const width = 36;
  const [tokens, positions] = [
    [4, 0, 4],
    [0, 1, 2],
  ] as const;
  for (const type of new Set([weightType, ...(full ? (['f32'] as const) : [])])) {
    const [table, positionTable] = [bench.matrix(5, width, type), bench.matrix(3, width, type)];
    const learned = family === 'gpt2';
    const x = bench.output(tokens.length * width);
    const dispatch = embed(
      {
        rows: tokens.length,
        width,
        weightType: type,
        tableStride: table.stride,
        ...(learned && { positionStride: positionTable.stride }),
      },
      {
        tokens: bench.words(tokens),
        table: table.part,
        x,
        ...(learned && { positions: bench.words(positions), positionTable: positionTable.part }),
      },
    );
    const tables = [{ ...table, rows: tokens }, ...(learned ? [{ ...positionTable, rows: positions }] : [])];
    bench.check(dispatch, { output: x, values: embedReference(width, tables), tolerance: 1e-6 });
  }
}

export function pickingCases(bench: Bench, { full }: SelfTestOptions): void {
  const [width, rows] = [68, 4];
  const rowIndex = [2, 0, 2, 3, 2];
  const x = bench.random(rows * width);
  const picked = bench.output(rowIndex.length * width);
  bench.check(
    gatherRows({ rows: rowIndex.length, width }, { x: bench.floats(x), rowIndex: bench.words(rowIndex), y: picked }),
    { output: picked, values: gatherRowsReference(x, rowIndex, width), tolerance: 0 },
  );
  const dy = bench.random(rowIndex.length * width);
  const shape = { members: rowIndex.length, width };
  const all = groupAllTargets(rowIndex, rows);
  const sums = bench.output(rows * width);
  const lists = { dy: bench.floats(dy), starts: bench.words(all.starts), members: bench.words(all.members) };
  bench.check(scatterRows({ rows, ...shape }, { ...lists, dx: sums }), {
    output: sums,
    values: scatterRowsReference(dy, rowIndex, width, new Float32Array(rows * width)),
    tolerance: 1e-6,
  });
  if (!full) return;
  const some = groupTargets(rowIndex);
  const added = bench.output(rows * width, x);
  const parts = { starts: bench.words(some.starts), members: bench.words(some.members), ids: bench.words(some.ids) };
  bench.check(addRows({ targets: some.ids.length, ...shape }, { dy: lists.dy, ...parts, dx: added }), {
    output: added,
    values: scatterRowsReference(dy, rowIndex, width, x),
    tolerance: 1e-6,
  });
}
