/** The bridge over real MessageChannels: queue, answers, errors, abort, events, failure and reconnection. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBridge, type Bridge, type ConnectionStatus } from '../../../src/client/bridge';
import { RemoteError } from '../../../src/client/remote-error';
import type { TrainingCommands, TrainingEvents } from '../../../src/protocol/studio';
import { createFakeWorker, emptyState, type FakeWorker } from './fake-worker';

type TestBridge = Bridge<TrainingCommands, TrainingEvents>;
const open: TestBridge[] = [];
const statuses: ConnectionStatus[] = [];

function bridgeTo(workers: FakeWorker[], retryDelays: number[] = [1, 1]): TestBridge {
  const bridge = createBridge<TrainingCommands, TrainingEvents>({
    open: (attempt) => {
      const worker = workers[attempt];
      if (!worker) throw new Error('no worker left');
      return worker.link;
    },
    readyOn: 'state',
    onStatus: (status) => statuses.push(status),
    retryDelays,
  });
  open.push(bridge);
  return bridge;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

afterEach(() => {
  for (const bridge of open.splice(0)) bridge.close();
  statuses.length = 0;
});

describe('commands', () => {
  it('wait until the first state and keep their order', async () => {
    const worker = createFakeWorker(({ id, command }, self) => self.answer(id, command));
    const bridge = bridgeTo([worker]);
    const answers = Promise.all([bridge.send('pauseRun', { runId: 'a' }), bridge.send('resumeRun', { runId: 'a' })]);
    await settled();
    expect(worker.received).toEqual([]);
    worker.emit('state', emptyState);
    expect(await answers).toEqual(['pauseRun', 'resumeRun']);
    expect(worker.received.map(({ command, argument }) => [command, argument])).toEqual([
      ['pauseRun', { runId: 'a' }],
      ['resumeRun', { runId: 'a' }],
    ]);
    expect(statuses).toEqual(['ready']);
  });

  it('get their own answers though these come in another order', async () => {
    const worker = createFakeWorker();
    const bridge = bridgeTo([worker]);
    worker.emit('state', emptyState);
    const first = bridge.send('getPairs', { runId: 'a', round: 1, offset: 0, limit: 1 });
    const second = bridge.send('getPairs', { runId: 'a', round: 2, offset: 0, limit: 1 });
    await vi.waitFor(() => expect(worker.received).toHaveLength(2));
    for (const { id, argument } of worker.received.toReversed()) {
      worker.answer(id, { total: (argument as { round: number }).round, pairs: [] });
    }
    expect([(await first).total, (await second).total]).toEqual([1, 2]);
  });

  it('reject with name, message, stage and step of the worker’s error', async () => {
    const shape = { name: 'TrainingError', message: 'loss is not finite', stage: 'round1.train', step: 7 };
    const worker = createFakeWorker(({ id }, self) => self.refuse(id, shape));
    const bridge = bridgeTo([worker]);
    worker.emit('state', emptyState);
    const error = await bridge.send('continueRun', { runId: 'a' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject(shape);
  });

  it('reject at once when aborted, and ignore the late answer', async () => {
    const worker = createFakeWorker();
    const bridge = bridgeTo([worker]);
    worker.emit('state', emptyState);
    const controller = new AbortController();
    const answer = bridge.send('getOutput', { runId: 'a', path: 'run.json' }, controller.signal);
    await vi.waitFor(() => expect(worker.received).toHaveLength(1));
    controller.abort(new Error('left the page'));
    await expect(answer).rejects.toThrow('left the page');
    worker.answer(worker.received[0]?.id ?? 0, new Blob());
    await settled();
    await expect(bridge.send('pauseRun', { runId: 'a' }, controller.signal)).rejects.toThrow('left the page');
    expect(worker.received).toHaveLength(1);
  });

  it('that were aborted while waiting are never sent', async () => {
    const worker = createFakeWorker();
    const bridge = bridgeTo([worker]);
    const controller = new AbortController();
    const answer = bridge.send('cancelRun', { runId: 'a' }, controller.signal);
    controller.abort(new Error('changed my mind'));
    await expect(answer).rejects.toThrow('changed my mind');
    worker.emit('state', emptyState);
    await settled();
    expect(worker.received).toEqual([]);
  });
});

describe('events', () => {
  it('reach every listener until it stops listening', async () => {
    const worker = createFakeWorker();
    const bridge = bridgeTo([worker]);
    const kept = vi.fn();
    const stopped = vi.fn();
    bridge.listen('notice', kept);
    const stop = bridge.listen('notice', stopped);
    worker.emit('notice', { level: 'info', message: 'one' });
    await vi.waitFor(() => expect(stopped).toHaveBeenCalledTimes(1));
    stop();
    worker.emit('notice', { level: 'info', message: 'two' });
    await vi.waitFor(() => expect(kept).toHaveBeenCalledTimes(2));
    expect(stopped).toHaveBeenCalledTimes(1);
  });
});

describe('a worker that dies', () => {
  it('rejects what was under way, and waiting commands go to the next one', async () => {
    const first = createFakeWorker();
    const second = createFakeWorker(({ id }, self) => self.answer(id, null));
    const bridge = bridgeTo([first, second]);
    first.emit('state', emptyState);
    const underWay = bridge.send('pauseRun', { runId: 'a' });
    await vi.waitFor(() => expect(first.received).toHaveLength(1));
    first.die();
    await expect(underWay).rejects.toThrow(/connection .* closed/);
    const waiting = bridge.send('resumeRun', { runId: 'a' });
    await settled();
    second.emit('state', emptyState);
    expect(await waiting).toBeNull();
    expect(second.received.map(({ command }) => command)).toEqual(['resumeRun']);
    expect(statuses).toEqual(['ready', 'connecting', 'ready']);
  });

  it('is given up after the last attempt, and commands then say what to do', async () => {
    const bridge = bridgeTo([], [1]);
    const waiting = bridge.send('refreshLibrary', null);
    await expect(waiting).rejects.toThrow('no worker left');
    expect(statuses).toEqual(['connecting', 'lost']);
    await expect(bridge.send('refreshLibrary', null)).rejects.toThrow(/Reload the page/);
  });
});
