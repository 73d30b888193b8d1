/**
 * A training worker that trains nothing: it sends the page what the real one would while a very fast stage runs, so
 * that a test can watch the page under a load that no software adapter gives. Stands in for the real script in Chromium.
 */
import type { Page } from 'playwright-core';
import type { PairRow, PairWindow } from '../../src/protocol/pairs';
import type { MetricPoint, RunState } from '../../src/protocol/run-state';
import type { StudioState } from '../../src/protocol/studio';
import { emptyState } from '../unit/client/fake-worker';
import { runOf, stageOf } from '../unit/store/fixtures';

export interface Simulation {
  runId: string;
  stageId: string;
  /** Points sent for each call of continueRun, and how fast. */
  points: number;
  perSecond: number;
  /** Between two events, as the real worker gathers points (workers/progress-batches.ts). */
  everyMs: number;
}

const metrics = ['loss', 'rewards/chosen', 'rewards/rejected', 'rewards/accuracies', 'rewards/margins'];
metrics.push('logps/chosen', 'logps/rejected', 'kl', 'kl_sft', 'entropy', 'length/chosen', 'length/rejected');
metrics.push('grad_norm', 'learning_rate', 'tokens_per_second');

/** A run in its second round, of whose first round there is a curve to show behind. */
function simulatedState({ runId, stageId, points }: Simulation): StudioState {
  const earlier = Array.from({ length: points / 10 }, (_, i): MetricPoint => {
    const values = Object.fromEntries(metrics.map((name, m) => [name, 1 + m + Math.sin(i / 50)]));
    return { step: i + 1, seconds: (i + 1) / 50, values };
  });
  const first = stageOf({ id: 'round1.train', kind: 'train', round: 1, status: 'done', history: earlier });
  const second = stageOf({ id: stageId, kind: 'train', round: 2, status: 'running', total: points * 2, done: 0 });
  const run: RunState = runOf({ id: runId, name: 'simulated', stages: [first, second] });
  const adapter = {
    vendor: '',
    architecture: '',
    description: 'simulated',
    software: true,
    features: [],
    maxBufferSize: 1,
  };
  return { ...emptyState, workerKind: 'dedicated', adapter, runs: [run] };
}

/** What runs in the worker; serialised, so it names nothing from outside. */
function simulate(simulation: Simulation, state: StudioState, names: string[]): void {
  const scope: Pick<Worker, 'postMessage' | 'onmessage'> = Object(globalThis);
  const stage = state.runs[0]?.stages.find(({ id }) => id === simulation.stageId);
  let step = 0;
  const pointAt = (at: number) => {
    const values = Object.fromEntries(names.map((name, m) => [name, 1 + m + Math.sin(at / 300) + Math.random()]));
    return { step: at, seconds: at / 50, values };
  };
  const send = (upTo: number) => {
    const points = [];
    while (step < upTo) points.push(pointAt(++step));
    const state = { ...stage, history: undefined, done: step, seconds: step / 50 };
    scope.postMessage({ event: 'progress', payload: { runId: simulation.runId, stage: state, points } });
  };
  const stream = () => {
    const [from, began] = [step, performance.now()];
    const timer = setInterval(() => {
      const sent = ((performance.now() - began) / 1000) * simulation.perSecond;
      send(Math.floor(from + Math.min(simulation.points, sent)));
      if (step >= from + simulation.points) clearInterval(timer);
    }, simulation.everyMs);
  };
  const answer = (command: string): unknown => {
    if (command === 'continueRun') stream();
    return null;
  };
  scope.onmessage = ({ data }: MessageEvent<{ id: number; command: string }>) =>
    scope.postMessage({ id: data.id, ok: true, result: answer(data.command) });
  scope.postMessage({ event: 'state', payload: state });
}

/** What runs in the pair worker; serialised like `simulate`. Every window is there at once, its texts as long as HH-RLHF's. */
function simulatePairWorker(total: number): void {
  const scope: Pick<Worker, 'postMessage' | 'onmessage'> = Object(globalThis);
  const words = (seed: number, count: number) =>
    Array.from({ length: count }, (_, i) => 'abcdefghij'.slice(0, 2 + ((seed * 7 + i * 13) % 8))).join(' ');
  const rowAt = (place: number): PairRow => ({
    ...{ round: 2, id: `pair ${place}`, use: place % 5 === 0 ? 'margin' : 'kept', vote: null, models: null },
    prompt: `\n\nHuman: ${words(place, 40)}\n\nAssistant:`,
    chosen: ` ${words(place + 1, 50)}`,
    rejected: ` ${words(place + 2, 50)}`,
    scores: { chosen: 1.5, rejected: (place % 100) / 100, sigmas: 0.7, all: [1.5, 0.2, 0.1] },
    ended: { chosen: true, rejected: true },
    verdict: place % 7 === 0 ? { decision: 'flip', edited: null, flagged: false } : null,
    blindLeft: 'chosen',
  });
  const windowAt = (offset: number, limit: number): PairWindow => ({
    ...{ total, reviewed: 0, unscored: 0, votes: 0, all: total, voted: 0, asOf: 0, offset, missing: null },
    rows: Array.from({ length: Math.min(limit, total - offset) }, (_, i) => rowAt(offset + i)),
  });
  scope.onmessage = ({ data }: MessageEvent<{ id: number; argument: { offset: number; limit: number } }>) =>
    scope.postMessage({ id: data.id, ok: true, result: windowAt(data.argument.offset, data.argument.limit) });
}

/** Makes `page` look through `total` simulated pairs. */
export async function simulatePairs(page: Page, total: number): Promise<void> {
  const body = `const __name = (made) => made; (${simulatePairWorker.toString()})(${total});`;
  await page.route(/pairs\.worker/, (route) => route.fulfill({ contentType: 'text/javascript', body }));
}

/** Makes `page`, before it is opened, use the simulated worker; `continueRun` starts the stream. */
export async function simulateWorker(page: Page, simulation: Simulation): Promise<void> {
  const parts = [simulation, simulatedState(simulation), metrics].map((part) => JSON.stringify(part));
  // The module's file may have been compiled with a helper that names functions.
  const body = `const __name = (made) => made; (${simulate.toString()})(${parts.join(', ')});`;
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'SharedWorker');
    // It would serve the real script from its cache.
    Reflect.deleteProperty(Navigator.prototype, 'serviceWorker');
  });
  await page.route(/training\.worker/, (route) => route.fulfill({ contentType: 'text/javascript', body }));
}
