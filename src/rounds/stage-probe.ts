/**
 * What a stage takes of the GPU while it runs: memory by category, sampled between batches, and the time of one batch by
 * kernel, from timestamps. Changes no number of the stage.
 */
import type { Backend } from '../ops/backend';
import { memoryTotal } from '../protocol/memory';
import type { RunEngine, StageMemory, StageProfile } from '../protocol/run-state';
import { heldMemory } from './held-memory';

export interface StageFigures {
  memory: StageMemory | null;
  profile: StageProfile | null;
}

export interface StageProbe {
  /** A batch begins. */
  begin(): void;
  /** The batch has ended; waits for the GPU only when it was measured. A batch without a dispatch is measured on. */
  end(): Promise<void>;
  /** The stage has ended, and with it the batch. */
  finish(): Promise<void>;
  /** Measures the batch that begins next. */
  measureNext(): void;
  read(): StageFigures;
}

const noTimestamps =
  'This GPU and browser offer no timestamp queries, so the time of single kernels cannot be measured.';
const notOurs = 'The definition engine computes with tfjs, whose programs are not timed.';

interface Measurement {
  batch: number;
  started: number;
  /** Of the runtime, before it. */
  dispatches: number;
  stop(): void;
  done: Promise<StageProfile['kernels'] | null>;
}

export function openProbe(backend: Backend, engine: RunEngine['name']): StageProbe {
  const { runtime } = backend;
  runtime.ledger.resetPeak();
  const figures: StageFigures = { memory: null, profile: null };
  let wanted = false;
  let batch = 0;
  let measuring: Measurement | null = null;

  const measure = (): Measurement => {
    let stop = () => {};
    const batchEnd = new Promise<void>((resolve) => (stop = resolve));
    // What fails in the batch is reported by the batch.
    const done = runtime.profile(() => batchEnd).catch(() => null);
    return { batch, started: performance.now(), dispatches: runtime.counts().dispatches, stop, done };
  };
  const finish = async () => {
    if (batch > 0) figures.memory = sampled(backend, figures.memory);
    if (!measuring) return;
    const { batch: measured, started, stop, done } = measuring;
    measuring = null;
    stop();
    const kernels = await done;
    const seconds = (performance.now() - started) / 1000;
    const missing = kernels === null ? noTimestamps : null;
    figures.profile = { batch: measured, seconds, kernels: kernels ?? [], missing };
  };
  return {
    measureNext: () => (wanted = true),
    begin: () => {
      batch++;
      if (!wanted || measuring) return;
      wanted = false;
      if (engine === 'definition') figures.profile = { batch, seconds: 0, kernels: [], missing: notOurs };
      else measuring = measure();
    },
    end: async () => {
      if (measuring && runtime.counts().dispatches === measuring.dispatches) return;
      await finish();
    },
    finish,
    read: () => ({ ...figures }),
  };
}

/** Held now, and the largest sample so far. */
function sampled(backend: Backend, before: StageMemory | null): StageMemory {
  const { now, peakBytes } = heldMemory(backend);
  const peak = before && memoryTotal(before.peak) > memoryTotal(now) ? before.peak : now;
  return { now, peak, peakBytes: Math.max(memoryTotal(peak), peakBytes, before?.peakBytes ?? 0) };
}
