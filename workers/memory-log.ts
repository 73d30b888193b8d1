/**
 * GPU memory over time: the books of the run that is at work, read every second and where its stages begin and end. Bounded:
 * when it is full it keeps half of the samples and then takes them half as often. Changes no number of the run.
 */
import { memoryTotal } from '../src/protocol/memory';
import type { MemorySample, MemoryTimeline } from '../src/protocol/system';
import { heldMemory } from '../src/rounds/held-memory';

export const maxSamples = 600;
const shortestMs = 1000;

export interface MemoryLog {
  /** Begins the timeline of a run's work on a device, in place of the one before. */
  watch(run: Pick<MemoryTimeline, 'runId' | 'budgetBytes'>, backend: WatchedBackend): MemoryWatch;
  /** null until a run has worked. */
  timeline(): MemoryTimeline | null;
}

type WatchedBackend = Parameters<typeof heldMemory>[0];

export interface MemoryWatch {
  /** Takes a sample now; `stage` is at work from here on. Called where a stage begins (its id) and ends (null). */
  mark(stage: string | null): void;
  /** Takes a last sample and watches no more. */
  stop(): void;
}

/** What a crash takes of it at the most. */
const saveEveryMs = 15_000;

/** Keeps a timeline beyond the worker. */
export type SaveTimeline = (timeline: MemoryTimeline) => void;

export function createMemoryLog(save: SaveTimeline = () => {}, now: () => number = Date.now): MemoryLog {
  let current: MemoryTimeline | null = null;

  const watch: MemoryLog['watch'] = (run, backend) => {
    const timeline: MemoryTimeline = { ...run, samples: [], peak: { at: now(), stage: null, bytes: 0 } };
    current = timeline;
    let stage: string | null = null;
    let spacing = shortestMs;
    let savedAt = now();
    const keep = () => {
      savedAt = now();
      save({ ...timeline, samples: [...timeline.samples] });
    };

    const sample = () => {
      const reading = quietly(() => heldMemory(backend));
      if (!reading) return;
      const at = now();
      const bytes = Math.max(memoryTotal(reading.now), reading.peakBytes);
      if (bytes > timeline.peak.bytes) timeline.peak = { at, stage, bytes };
      timeline.samples.push({ at, stage, held: reading.now });
      if (timeline.samples.length < maxSamples) return;
      timeline.samples = halved(timeline.samples);
      spacing *= 2;
    };
    const tick = () => {
      const last = timeline.samples.at(-1)?.at ?? -Infinity;
      // A timer may come a little early.
      if (now() - last >= spacing - shortestMs / 2) sample();
      if (now() - savedAt >= saveEveryMs) keep();
    };

    // The peak of earlier runs is none of this one.
    quietly(() => backend.runtime.ledger.resetPeak());
    sample();
    const timer = setInterval(tick, shortestMs);
    return {
      mark: (next) => {
        // What was held up to here belongs to the stage before.
        sample();
        stage = next;
      },
      stop: () => {
        clearInterval(timer);
        sample();
        keep();
      },
    };
  };

  return { watch, timeline: () => current && { ...current, samples: [...current.samples] } };
}

/** Of every two neighbours the one that holds more, so that a peak is not thinned away. */
function halved(samples: readonly MemorySample[]): MemorySample[] {
  const kept: MemorySample[] = [];
  for (let i = 0; i < samples.length; i += 2) {
    const [a, b] = [samples[i], samples[i + 1]];
    if (a) kept.push(b && memoryTotal(b.held) > memoryTotal(a.held) ? b : a);
  }
  return kept;
}

/** A figure for a page must not end a run: on a lost device there may be nothing to read. */
function quietly<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
