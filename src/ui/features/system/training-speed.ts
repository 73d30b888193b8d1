/** How fast training stages were, and how much of the adapter that is. Pure. */
import { median } from '../../../protocol/median';
import type { MetricPoint, RunState } from '../../../protocol/studio';
import type { TileRow } from '../../../protocol/system';

/** Forward and backward with respect to inputs and all weights; with LoRA the weights' own gradients are not computed. */
const operationsPerParameter = { full: 6, lora: 4 };

export interface TrainingSpeed {
  /** Median of the curve. */
  tokensPerSecond: number;
  /** An estimate: operations a parameter and token times tokens a second. */
  flopsPerSecond: number;
  /** Of the best matmul measured on this adapter; null when none was. */
  share: number | null;
}

export function trainingSpeed(
  points: readonly MetricPoint[],
  parameters: number,
  { recipe }: Pick<RunState, 'recipe'>,
  tiles: readonly TileRow[],
): TrainingSpeed | null {
  const tokensPerSecond = median(points.flatMap(({ values }) => values['tokens_per_second'] ?? []));
  if (tokensPerSecond === undefined) return null;
  const flopsPerSecond = operationsPerParameter[recipe.parameters] * parameters * tokensPerSecond;
  const ceiling = Math.max(0, ...tiles.map((tile) => tile.flopsPerSecond));
  return { tokensPerSecond, flopsPerSecond, share: ceiling > 0 ? flopsPerSecond / ceiling : null };
}
