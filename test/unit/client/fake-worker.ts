/** The worker's end of a MessageChannel for tests: answers commands by hand and emits events. No behaviour of its own. */
import { linkPort, type Link } from '../../../src/client/link';
import type { StudioState } from '../../../src/protocol/studio';

export interface Received {
  id: number;
  command: string;
  argument: unknown;
}

export interface FakeWorker {
  link: Link;
  received: Received[];
  emit(event: string, payload: unknown): void;
  answer(id: number, result: unknown): void;
  refuse(id: number, error: object): void;
  /** As when the worker's process ends. */
  die(): void;
}

export function createFakeWorker(onCommand: (message: Received, worker: FakeWorker) => void = () => {}): FakeWorker {
  const { port1, port2 } = new MessageChannel();
  const worker: FakeWorker = {
    link: linkPort(port1),
    received: [],
    emit: (event, payload) => port2.postMessage({ event, payload }),
    answer: (id, result) => port2.postMessage({ id, ok: true, result }),
    refuse: (id, error) => port2.postMessage({ id, ok: false, error }),
    die: () => port2.close(),
  };
  port2.addEventListener('message', (event: MessageEvent<Received>) => {
    worker.received.push(event.data);
    onCommand(event.data, worker);
  });
  port2.start();
  return worker;
}

export const emptyState: StudioState = {
  adapter: null,
  deviceError: null,
  models: [],
  datasets: [],
  importedAdapters: [],
  runs: [],
  runsElsewhere: [],
  workerKind: 'shared',
};
