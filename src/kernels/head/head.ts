/**
 * The chunked softmax over the vocabulary, forward: each chunk of logits [rows, columns] is merged into a small state per
 * row, and the state gives log-probability, entropy and hit of each row's target. The whole logits never exist.
 * Leaves out how logits come about (matmul) and their gradient; see gradient.ts.
 *
 * Everything is kept relative to the maximum: sum = sum of e^d and weighted = sum of e^d d with d = logit - max, so that
 * entropy = log sum - weighted / sum has no cancellation, however large the logits.
 */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';
import { elementOf, kernelOnce, reduceWgsl, rowMainWgsl, totalWgsl, type Element } from '../rows/row-workgroup';

/** The target of a row that has none: log-probability 0, no gradient. */
export const noTarget = 0xffffffff;

/** Words of a row's state: max, sum, weighted, id of the max, target's logit. */
export const headStateWords = 5;

/** Columns of the statistics, as in src/ops/token-statistics.ts. */
export const statisticColumns = 3;

/** A chunk of the vocabulary: logits [rows, columns] of the ids first ... first + columns - 1. */
export interface LogitChunk {
  rows: number;
  first: number;
  columns: number;
  /** Floats from row to row of the logits; `columns` when absent. */
  stride?: number;
}

/** How a lane reads the logits of a chunk. */
export const chunkElement = ({ columns, stride = columns }: Pick<LogitChunk, 'columns' | 'stride'>): Element =>
  elementOf(columns % 4 === 0 ? stride : 1);

const stateWgsl = /* wgsl */ `
struct State { best: f32, sum: f32, weighted: f32, id: u32 }
fn merge(a: State, b: State) -> State {
  let best = max(a.best, b.best);
  let toA = exp(a.best - best);
  let toB = exp(b.best - best);
  return State(
    best,
    toA * a.sum + toB * b.sum,
    toA * (a.weighted + a.sum * (a.best - best)) + toB * (b.weighted + b.sum * (b.best - best)),
    select(select(a.id, b.id, b.best > a.best), min(a.id, b.id), a.best == b.best));
}
const empty = State(-1e30, 0.0, 0.0, ${noTarget}u);
`;

const updateParams = { rows: 'u32', first: 'u32', columns: 'u32', stride: 'u32' } as const;

/** Few lanes, as merging two states takes two exponentials; each reads many logits. */
const lanes = 64;

/** `fn add(a: State, logit: Element, id: u32) -> State`: a with one element of logits, of the ids from `id` on. */
const addWgsl = (element: Element) => /* wgsl */ `
${totalWgsl(element)}
fn add(a: State, logit: ${element.type}, id: u32) -> State {
  ${
    element.floats === 4
      ? /* wgsl */ `
  let high = max(max(logit.x, logit.y), max(logit.z, logit.w));
  let place = select(select(select(3u, 2u, logit.z == high), 1u, logit.y == high), 0u, logit.x == high);`
      : 'let high = logit; let place = 0u;'
  }
  let best = max(a.best, high);
  let shift = a.best - best;
  let toA = exp(shift);
  let d = logit - best;
  let e = exp(d);
  return State(
    best,
    toA * a.sum + total(e),
    toA * (a.weighted + a.sum * shift) + total(e * d),
    select(a.id, id + place, high > a.best));
}`;

const updateKernel = (element: Element): Kernel =>
  kernelOnce(`head.update.${element.name}`, () => ({
    params: updateParams,
    bindings: ['read', 'read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> logits: array<${element.type}>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> states: array<u32>;
${stateWgsl}
${addWgsl(element)}
${reduceWgsl('State', lanes)}
${rowMainWgsl(lanes)}
  var mine = empty;
  for (var i = local; i < params.columns; i += ${lanes}u) {
    mine = add(mine, logits[row * params.stride + i], params.first + ${element.floats}u * i);
  }
  var state = reduce(mine, local);
  if (local != 0u) { return; }
  let at = row * ${headStateWords}u;
  if (params.first > 0u) {
    let before = State(bitcast<f32>(states[at]), bitcast<f32>(states[at + 1u]), bitcast<f32>(states[at + 2u]), states[at + 3u]);
    state = merge(before, state);
  }
  states[at] = bitcast<u32>(state.best);
  states[at + 1u] = bitcast<u32>(state.sum);
  states[at + 2u] = bitcast<u32>(state.weighted);
  states[at + 3u] = state.id;
  let column = targets[row] - params.first;
  if (targets[row] >= params.first && column < ${element.floats}u * params.columns) {
    let logit = logits[row * params.stride + column / ${element.floats}u];
    states[at + 4u] = bitcast<u32>(logit${element.floats === 4 ? '[column % 4u]' : ''});
  }
}`,
  }));

/**
 * Merges a chunk into the state of each row. The chunk with first = 0 comes first and begins the state.
 * logits [rows, stride]; targets u32 [rows] (ids of the whole vocabulary, or noTarget); states u32 [rows, headStateWords].
 */
export function headUpdate(
  { rows, first, columns, stride = columns }: LogitChunk,
  { logits, targets, states }: { logits: BufferPart; targets: BufferPart; states: BufferPart },
): Dispatch {
  const element = chunkElement({ columns, stride });
  const { floats } = element;
  return {
    kernel: updateKernel(element),
    buffers: [logits, targets, states],
    params: { rows, first, columns: columns / floats, stride: stride / floats },
    workgroups: grid(rows),
    flops: 8 * rows * columns,
    bytes: 4 * rows * (columns + 1 + 2 * headStateWords),
  };
}

const finishParams = { rows: 'u32' } as const;

const finishKernel = (): Kernel =>
  kernelOnce('head.finish', () => ({
    params: finishParams,
    bindings: ['read', 'read', 'write', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> states: array<u32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> statistics: array<f32>;
@group(0) @binding(4) var<storage, read_write> normaliser: array<vec2<f32>>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = ${gridIndexWgsl} * 64u + local;
  if (row >= params.rows) { return; }
  let at = row * ${headStateWords}u;
  let best = bitcast<f32>(states[at]);
  let sum = bitcast<f32>(states[at + 1u]);
  let logSum = log(sum);
  let has = targets[row] != ${noTarget}u;
  statistics[row * 3u] = select(0.0, (bitcast<f32>(states[at + 4u]) - best) - logSum, has);
  statistics[row * 3u + 1u] = logSum - bitcast<f32>(states[at + 2u]) / sum;
  statistics[row * 3u + 2u] = select(0.0, 1.0, targets[row] == states[at + 3u]);
  normaliser[row] = vec2<f32>(best, logSum);
}`,
  }));

/**
 * From the states after the last chunk: statistics [rows, 3] = (log p(target), entropy, target is the argmax ? 1 : 0),
 * the lowest id winning ties; and normaliser [rows, 2] = (max, log sum of e^(logit - max)), whose sum is the log-sum-exp.
 * It stays in two parts because their sum in f32 would cost probabilities a relative error of 6e-8 |max|.
 */
export function headFinish(
  rows: number,
  buffers: { states: BufferPart; targets: BufferPart; statistics: BufferPart; normaliser: BufferPart },
): Dispatch {
  const { states, targets, statistics, normaliser } = buffers;
  return {
    kernel: finishKernel(),
    buffers: [states, targets, statistics, normaliser],
    params: { rows },
    workgroups: grid(Math.ceil(rows / 64)),
    flops: 5 * rows,
    bytes: 4 * rows * (headStateWords + 1 + statisticColumns + 2),
  };
}

const sumsParams = { rows: 'u32' } as const;

const sumsKernel = (): Kernel =>
  kernelOnce('head.sequence-sums', () => ({
    params: sumsParams,
    bindings: ['read', 'read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> statistics: array<f32>;
@group(0) @binding(2) var<storage, read> rowStart: array<u32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
fn merge(a: vec3<f32>, b: vec3<f32>) -> vec3<f32> { return a + b; }
${reduceWgsl('vec3<f32>', 64)}
${rowMainWgsl(64)}
  var mine = vec3<f32>(0.0);
  for (var i = rowStart[row] + local; i < rowStart[row + 1u]; i += 64u) {
    mine += vec3<f32>(statistics[3u * i], statistics[3u * i + 1u], statistics[3u * i + 2u]);
  }
  let sum = reduce(mine, local);
  if (local == 0u) {
    sums[3u * row] = sum.x;
    sums[3u * row + 1u] = sum.y;
    sums[3u * row + 2u] = sum.z;
  }
}`,
  }));

/**
 * sums [sequences, 3]: the statistics of each sequence's rows, added up. Its rows are rowStart[s] ... rowStart[s + 1] - 1.
 * @param shape rows of all sequences together
 * @param buffers statistics [rows, 3]; rowStart u32 [sequences + 1]
 */
export function sequenceSums(
  { sequences, rows }: { sequences: number; rows: number },
  { statistics, rowStart, sums }: { statistics: BufferPart; rowStart: BufferPart; sums: BufferPart },
): Dispatch {
  return {
    kernel: sumsKernel(),
    buffers: [statistics, rowStart, sums],
    params: { rows: sequences },
    workgroups: grid(sequences),
    flops: 3 * rows,
    bytes: 4 * (3 * rows + 4 * sequences + 1),
  };
}
