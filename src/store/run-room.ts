/** Whether what the chosen run will keep fits the browser's storage, before it starts. Pure; an estimate. */
import type { RunCost } from '../protocol/run-cost';
import type { StudioStoreState } from './studio-store';

/** Results are stored in fp32. */
const resultBytes = 4;
/** Weights and AdamW's two moments, in fp32. */
const checkpointBytes = 3 * 4;
/** An unfinished stage keeps its newest two checkpoints; those of a finished one are gone. */
const checkpointsKept = 2;
/** A sampled response with its tokens, scores and place in the outputs; from the demo's runs, rounded up. */
const responseBytes = 4000;

/** Bytes: the result of each stage that trains, the checkpoints of one of them, and the responses. */
export function runBytes({ trainedParameters, stages }: Pick<RunCost, 'trainedParameters' | 'stages'>): number {
  // A stage of 0 steps has an imported adapter in its place.
  const trained = stages.filter(({ steps }) => steps !== null && steps > 0).length;
  const responses = stages.reduce((sum, stage) => sum + (stage.responses ?? 0), 0);
  const checkpoints = trained > 0 ? checkpointBytes * checkpointsKept : 0;
  return trainedParameters * (resultBytes * trained + checkpoints) + responses * responseBytes;
}

/** What the run needs and what is left, in bytes; null when it fits or something is not known. */
export function missingRoom({
  runCost,
  cache,
}: Pick<StudioStoreState, 'runCost' | 'cache'>): { needed: number; left: number } | null {
  if (!runCost?.plan || cache === null || cache.usedBytes === null || cache.quotaBytes === null) return null;
  const needed = runBytes(runCost.plan);
  const left = Math.max(0, cache.quotaBytes - cache.usedBytes);
  return needed > left ? { needed, left } : null;
}
