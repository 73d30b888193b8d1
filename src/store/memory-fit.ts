/** A memory plan against a limit: how much of it the largest stage takes, and what does not fit. Pure. */
import type { MemoryPlan, PlannedStage } from '../protocol/memory-plan';

/** What a page can use of a T4: 16 GB less what the card keeps for itself. */
export const t4Bytes = 15e9;

export interface MemoryFit {
  /** The largest stage as a share of the limit; over 1 when it does not fit. */
  share: number;
  /** Stages that take more than the limit, in the order in which they run. */
  over: PlannedStage[];
}

/** undefined for a plan without stages. */
export const largestStage = (plan: MemoryPlan): PlannedStage | undefined =>
  plan.stages.toSorted((a, b) => b.bytes - a.bytes)[0];

export const memoryFit = (plan: MemoryPlan, limitBytes: number): MemoryFit => ({
  share: (largestStage(plan)?.bytes ?? 0) / limitBytes,
  over: plan.stages.filter(({ bytes }) => bytes > limitBytes),
});
