/** A page of the training service without a browser: real ports, a device that runs nothing, commands by name. */
import { vi } from 'vitest';
import type { StudioState, TrainingCommands } from '../../src/protocol/studio';
import type { TrainingService } from '../../workers/training-service';

export const fakeSummary = {
  vendor: 'v',
  architecture: 'a',
  description: 'd',
  software: true,
  features: [],
  maxBufferSize: 1,
};
export const fakeBackend = {
  summary: fakeSummary,
  get runtime(): never {
    throw new Error('the fake device runs nothing');
  },
  memory: () => ({ tensors: 0, bytesInUse: 0, bytesAllocated: 0 }),
  releaseUnused: () => {},
  check: () => Promise.resolve(),
  dispose: () => {},
};

interface PageMessage {
  event?: string;
  payload?: StudioState;
  id?: number;
  ok?: boolean;
  result?: unknown;
  error?: unknown;
}

/** Sends commands, and remembers what it hears. */
export function attachPage(attached: Pick<TrainingService, 'attach'>) {
  const { port1, port2 } = new MessageChannel();
  const heard: PageMessage[] = [];
  let id = 0;
  port1.addEventListener('message', ({ data }: MessageEvent<PageMessage>) => void heard.push(data));
  port1.start();
  attached.attach(port2);
  const send = async <K extends keyof TrainingCommands>(command: K, argument: TrainingCommands[K][0]) => {
    const own = ++id;
    port1.postMessage({ id: own, command, argument });
    const reply = await vi.waitFor(() => {
      const found = heard.find((message) => message.id === own);
      if (!found) throw new Error(`no reply to ${command}`);
      return found;
    });
    if (!reply.ok) throw Object.assign(new Error('refused'), { shape: reply.error });
    return reply.result;
  };
  return { heard, send, close: () => port1.close() };
}
