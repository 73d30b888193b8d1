/** The scale of a memory plan's bars, and which limits are lines on it. Pure. */
import { largestStage, t4Bytes } from '../../../store/memory-fit';
import type { AdapterSummary } from '../../../protocol/adapter';
import type { MemoryPlan } from '../../../protocol/memory-plan';

export interface MemoryLimit {
  id: 'budget' | 'buffer' | 't4';
  /** As a label beside its bytes. */
  name: string;
  bytes: number;
}

export interface PlanScale {
  /** Bytes of a bar's whole width. */
  of: number;
  /** Limits that lie on the scale, the lowest first. */
  within: MemoryLimit[];
  /** Those that are too far away: bars beside them could not be seen. */
  beyond: MemoryLimit[];
}

/** A limit is on the scale where the largest stage's bar still has this share of the way to it. */
const LEAST_SHARE = 1 / 6;
/** Room behind the last line, so that it is not the edge. */
const ROOM = 1.03;

/** What a run's memory is compared with. WebGPU does not tell how much an adapter has, only its largest buffer. */
export function memoryLimits(plan: MemoryPlan, adapter: Pick<AdapterSummary, 'maxBufferSize'> | null): MemoryLimit[] {
  const limits: MemoryLimit[] = [
    { id: 'budget', name: 'Budget', bytes: plan.budgetBytes },
    { id: 't4', name: 'T4', bytes: t4Bytes },
  ];
  if (adapter) limits.push({ id: 'buffer', name: 'Largest buffer', bytes: adapter.maxBufferSize });
  return limits.toSorted((a, b) => a.bytes - b.bytes);
}

export function planScale(plan: MemoryPlan, limits: readonly MemoryLimit[]): PlanScale {
  const largest = largestStage(plan)?.bytes ?? 0;
  const isNear = ({ bytes }: MemoryLimit) => largest >= LEAST_SHARE * bytes;
  const within = limits.filter(isNear);
  const highest = Math.max(0, ...within.map(({ bytes }) => bytes));
  return { of: Math.max(largest, ROOM * highest, 1), within, beyond: limits.filter((limit) => !isNear(limit)) };
}
