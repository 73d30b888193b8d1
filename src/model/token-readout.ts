/** Reading token statistics of a padded batch: on the GPU as inputs of losses, on the host as figures. */
import type { Batch, TargetSequence } from './batch';
import type { SequenceFigures } from './language-model';
import { asVector, mul, reshape, slice, sum, takeToHost, type Tensor, type Vector } from '../ops/tensor';
import { statistic } from '../ops/token-statistics';

/** Log-probabilities [size, rows] with 0 where masked, differentiable. */
function maskedLogps(statistics: Tensor, batch: Batch): Tensor {
  const column = slice(statistics, [0, statistic.logp], [-1, 1]);
  return mul(reshape(column, [batch.size, batch.rows]), batch.mask);
}

/** Summed log-probabilities [size], differentiable. */
export function sequenceLogpsOf(statistics: Tensor, batch: Batch): Vector {
  return asVector(sum(maskedLogps(statistics, batch), 1));
}

/** Log-probability of every target of each sequence on the host; disposes `statistics`. */
export async function readTargetLogps(
  statistics: Tensor,
  batch: Batch,
  sequences: TargetSequence[],
): Promise<Float32Array[]> {
  const values = await takeToHost(statistics);
  const at = (b: number, row: number) => values[(b * batch.rows + row) * 3 + statistic.logp]!;
  return sequences.map(({ targets }, b) => Float32Array.from(targets, (_, row) => at(b, row)));
}

/** Sums of each sequence on the host, added in float64; disposes `statistics`. */
export async function readFigures(
  statistics: Tensor,
  batch: Batch,
  sequences: TargetSequence[],
): Promise<SequenceFigures[]> {
  const values = await takeToHost(statistics);
  return sequences.map(({ targets }, b) => {
    const figures: SequenceFigures = { logp: 0, entropy: 0, correct: 0, count: targets.length };
    for (let row = 0; row < targets.length; row++) {
      const at = (b * batch.rows + row) * 3;
      figures.logp += values[at + statistic.logp]!;
      figures.entropy += values[at + statistic.entropy]!;
      figures.correct += values[at + statistic.correct]!;
    }
    return figures;
  });
}
