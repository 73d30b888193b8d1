/**
 * Gathers progress events for a moment before the pages get them: a fast stage reports every step, and a page needs no more than
 * a few changes a second. No point is lost: those of one stage are joined, its newest state wins.
 */
import type { TrainingEvents } from '../src/protocol/studio';

type Progress = TrainingEvents['progress'];

/** Milliseconds between two deliveries at least. */
export const GATHER_MS = 100;

export interface ProgressBatches {
  add(progress: Progress): void;
  /** Hands over what is gathered, now: before an event that must not overtake it. */
  flush(): void;
}

/** @param deliver gets one joined event for each stage, in the order in which the stages first reported */
export function createProgressBatches(deliver: (progress: Progress) => void): ProgressBatches {
  let gathered = new Map<string, Progress>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const batch = gathered;
    gathered = new Map();
    for (const progress of batch.values()) deliver(progress);
  }

  return {
    flush,
    add: ({ runId, stage, points }) => {
      const key = `${runId}/${stage.id}`;
      const known = gathered.get(key);
      if (known) {
        known.stage = stage;
        for (const point of points) known.points.push(point);
      } else gathered.set(key, { runId, stage, points: [...points] });
      timer ??= setTimeout(flush, GATHER_MS);
    },
  };
}
