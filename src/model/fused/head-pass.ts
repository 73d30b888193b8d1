/**
 * From the last block's output to what is read of it: rows gathered, final norm, and the chunked softmax over the
 * vocabulary, forward and backward. The whole logits never exist.
 */
import type { BufferPart } from '../../gpu/kernel';
import { headFinish, headUpdate } from '../../kernels/head/head';
import { headGradient } from '../../kernels/head/gradient';
import { matmul } from '../../kernels/matmul/matmul';
import { normBackward, normForward, type NormShape } from '../../kernels/norm/norm';
import { normWeightGradient } from '../../kernels/norm/weight-gradient';
import { gatherRows, scatterRows } from '../../kernels/rows/rows';
import { weightGradient } from '../../kernels/weight-gradient/weight-gradient';
import type { ModelConfig } from '../config';
import { vocabularyChunk, type Arena } from './arena';
import { outerNames } from './block-names';
import type { Engine } from './engine';
import type { PassWeights } from './pass-weights';

export interface HeadPass {
  engine: Engine;
  config: ModelConfig;
  arena: Arena;
  weights: PassWeights;
  tokens: number;
  /** As BlockPass has it. */
  read: number | null;
  rows: number;
}

const part = ({ arena }: HeadPass, name: string): BufferPart => ({ buffer: arena.buffer(name) });

const normShape = ({ config, rows }: HeadPass): NormShape => ({
  kind: config.family === 'llama' ? 'rms' : 'layer',
  rows,
  width: config.hiddenSize,
  epsilon: config.normEpsilon,
});

/** Final-norm states of the rows read, into "head.normed" [rows, hidden]. */
export function runFinalNorm(pass: HeadPass, x: GPUBuffer): void {
  const { engine, config, weights, rows } = pass;
  const { runtime } = engine;
  runtime.run(
    gatherRows(
      { rows, width: config.hiddenSize },
      { x: { buffer: x }, rowIndex: part(pass, 'batch.rowPlaces'), y: part(pass, 'head.x') },
    ),
  );
  const { weight, bias } = weights.norm(outerNames(config).finalNorm);
  runtime.run(
    normForward(normShape(pass), {
      x: part(pass, 'head.x'),
      weight,
      y: part(pass, 'head.normed'),
      ...(bias && { bias }),
    }),
  );
}

/** Logits of vocabulary ids first ... first + columns - 1 of `rows` final states from `states`, into `logits` [rows, columns]. */
export function runLogits(
  { engine, config, weights, rows }: Pick<HeadPass, 'engine' | 'config' | 'weights' | 'rows'>,
  states: BufferPart,
  logits: BufferPart,
  first: number,
  columns: number,
): void {
  const { matrix } = weights.matrix(outerNames(config).head);
  engine.runAll(
    matmul(engine.tiles, {
      layout: 'nt',
      weightType: matrix.type,
      weight: matrix.part,
      weightStride: matrix.stride,
      weightRow: first,
      rows,
      n: columns,
      k: config.hiddenSize,
      x: states,
      y: logits,
    }),
  );
}

/** Chunks of the vocabulary as the arena's logits buffer holds them. */
function* vocabularyChunks({ config, arena }: HeadPass): Generator<{ first: number; columns: number }> {
  const chunk = vocabularyChunk(config, arena.shape.rows);
  for (let first = 0; first < config.vocabSize; first += chunk)
    yield { first, columns: Math.min(chunk, config.vocabSize - first) };
}

/** Statistics of every row's target, into "head.statistics" [rows, 3]. */
export function runHeadForward(pass: HeadPass): void {
  const { engine, rows } = pass;
  const { runtime } = engine;
  const [logits, targets, states] = [part(pass, 'head.logits'), part(pass, 'batch.targets'), part(pass, 'head.states')];
  for (const { first, columns } of vocabularyChunks(pass)) {
    runLogits(pass, part(pass, 'head.normed'), logits, first, columns);
    runtime.run(headUpdate({ rows, first, columns }, { logits, targets, states }));
  }
  const [statistics, normaliser] = [part(pass, 'head.statistics'), part(pass, 'head.normaliser')];
  runtime.run(headFinish(rows, { states, targets, statistics, normaliser }));
}

/** From upstream gradients of the sequences' summed log-probabilities ("batch.upstream") to "head.dNormed". */
export function runHeadBackward(pass: HeadPass): void {
  const { engine, config, weights, rows } = pass;
  const { runtime } = engine;
  const { matrix, gradient } = weights.matrix(outerNames(config).head);
  const [logits, dNormed] = [part(pass, 'head.logits'), part(pass, 'head.dNormed')];
  for (const { first, columns } of vocabularyChunks(pass)) {
    runLogits(pass, part(pass, 'head.normed'), logits, first, columns);
    runtime.run(
      headGradient({ rows, first, columns }, 1, {
        logits,
        normaliser: part(pass, 'head.normaliser'),
        targets: part(pass, 'batch.targets'),
        sequenceOf: part(pass, 'batch.rowSequence'),
        dlogp: part(pass, 'batch.upstream'),
      }),
    );
    engine.runAll(
      matmul(engine.tiles, {
        layout: 'nn',
        weightType: matrix.type,
        weight: matrix.part,
        weightStride: matrix.stride,
        weightRow: first,
        rows,
        n: config.hiddenSize,
        k: columns,
        x: logits,
        y: dNormed,
        ...(first > 0 && { residual: 'accumulate' as const }),
      }),
    );
    if (!gradient) continue;
    const product = { p: logits, q: part(pass, 'head.normed'), gradient, tokens: rows, rows: columns };
    engine.runAll(
      weightGradient({
        ...product,
        columns: config.hiddenSize,
        firstRow: first,
        maxFlops: engine.maxFlops,
        shuffle: engine.shuffledGradients,
      }),
    );
  }
}

/** From "head.dNormed" to the gradient of the last block's output, in `gradient` [tokens or tokens read, hidden]. */
export function runFinalNormBackward(pass: HeadPass, gradient: GPUBuffer): void {
  const { engine, config, weights, rows, tokens, read } = pass;
  const { runtime } = engine;
  const { weight, gradient: weightGradients } = weights.norm(outerNames(config).finalNorm);
  const shape = normShape(pass);
  const [x, dy, dx] = [part(pass, 'head.x'), part(pass, 'head.dNormed'), part(pass, 'head.dx')];
  const statistics = weightGradients ? { statistics: part(pass, 'head.rowStatistics') } : {};
  runtime.run(normBackward(shape, { x, weight, dy, dx, ...statistics }, 'overwrite'));
  if (weightGradients) {
    engine.runAll(
      normWeightGradient(shape, {
        x,
        dy,
        statistics: part(pass, 'head.rowStatistics'),
        partial: part(pass, 'normPartial'),
        dWeight: weightGradients.weight,
        ...(weightGradients.bias && { dBias: weightGradients.bias }),
      }),
    );
  }
  runtime.run(
    scatterRows(
      { rows: read ?? tokens, members: rows, width: config.hiddenSize },
      {
        dy: dx,
        starts: part(pass, 'batch.scatterStarts'),
        members: part(pass, 'batch.scatterMembers'),
        dx: { buffer: gradient },
      },
    ),
  );
}
