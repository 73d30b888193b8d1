/** How long a run would take: its operations over what an adapter does in a second. Pure. */
import type { Operations, RunCost, Speed, StageCost } from '../protocol/run-cost';

/** Operations a second by how they run; null where it is not known. */
export type ComputeSpeed = Record<keyof Operations, number | null>;

export interface TimeEstimate {
  /** Seconds of each stage, in the order of the cost's; null where its speed is not known. */
  stages: (number | null)[];
  /** null when any stage's is. */
  total: number | null;
}

/** NVIDIA's data sheet: fp32, without tensor cores, which WebGPU does not reach. All arithmetic of the engine is fp32. */
export const t4PeakFlops = 8.1e12;

/**
 * Shares of the peak that are assumed, as nothing was measured on a T4. docs/PERFORMANCE.md comes to 44% for a DPO pass
 * (859.6 GFLOP in 242 ms) under the assumption that kernels reach half of the ceilings, and to 19% for a decoding step (34.8 GFLOP
 * in 22.3 ms), which memory and the start of kernels bound. Both are taken by a third lower here: what was never measured should
 * not look too good.
 */
export const t4Shares = { passes: 0.3, generation: 0.13 };

export const t4Speed: ComputeSpeed = {
  passes: t4Shares.passes * t4PeakFlops,
  generation: t4Shares.generation * t4PeakFlops,
};

export const speedOf = ({ passes, generation }: Speed): ComputeSpeed => ({
  passes: passes?.flopsPerSecond ?? null,
  generation: generation?.flopsPerSecond ?? null,
});

/** Of one stage; null where a speed that it needs is not known. */
export function stageSeconds({ operations }: Pick<StageCost, 'operations'>, speed: ComputeSpeed): number | null {
  let seconds = 0;
  for (const how of ['passes', 'generation'] as const) {
    if (operations[how] === 0) continue;
    const rate = speed[how];
    if (rate === null) return null;
    seconds += operations[how] / rate;
  }
  return seconds;
}

/** Loading the model, checkpoints and pauses are left out. */
export function timeEstimate({ stages }: Pick<RunCost, 'stages'>, speed: ComputeSpeed): TimeEstimate {
  const seconds = stages.map((stage) => stageSeconds(stage, speed));
  const known = seconds.filter((value) => value !== null);
  return {
    stages: seconds,
    total: known.length < seconds.length ? null : known.reduce((sum, value) => sum + value, 0),
  };
}
