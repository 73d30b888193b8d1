/** How much memory the page and its dedicated workers take, asked of Chromium's DevTools while something runs. */
import type { CDPSession } from 'playwright-core';

interface HeapUsage {
  usedSize: number;
  /** Of ArrayBuffers; not in Playwright's types. */
  backingStorageSize?: number;
}

/** Objects that are garbage but not collected yet count too. */
const bytesOf = ({ usedSize, backingStorageSize = 0 }: HeapUsage) => usedSize + backingStorageSize;

export interface HeapWatch {
  /** Looks at all heaps; what the workers say arrives a little later. */
  look(): Promise<void>;
  /** Bytes by name: 'page', 'data worker', 'other worker'. */
  peaks: Map<string, number>;
}

/** Watches the page's heaps from now on. Workers that are shared are not among them. */
export async function watchHeaps(session: CDPSession): Promise<HeapWatch> {
  const peaks = new Map<string, number>();
  const targets = new Map<string, string>();
  let next = 1;
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => void targets.set(sessionId, targetInfo.url));
  session.on('Target.detachedFromTarget', ({ sessionId }) => void targets.delete(sessionId));
  const note = (name: string, bytes: number) => peaks.set(name, Math.max(peaks.get(name) ?? 0, bytes));
  session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
    const { result } = JSON.parse(message) as { result?: HeapUsage };
    const name = targets.get(sessionId)?.includes('data.worker') ? 'data worker' : 'other worker';
    if (result?.usedSize !== undefined) note(name, bytesOf(result));
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const look = async () => {
    note('page', bytesOf(await session.send('Runtime.getHeapUsage')));
    for (const sessionId of targets.keys()) {
      const message = JSON.stringify({ id: next++, method: 'Runtime.getHeapUsage' });
      await session.send('Target.sendMessageToTarget', { message, sessionId }).catch(() => {});
    }
  };
  return { look, peaks };
}
