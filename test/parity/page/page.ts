/** Hands the runner's job to the worker, and the worker's messages to the runner. */
import type { BrowserJob, BrowserMessage } from './messages';

declare global {
  interface Window {
    /** Exposed by the runner. */
    parityMessage(message: BrowserMessage): Promise<void>;
    runParity(job: BrowserJob): void;
  }
}

window.runParity = (job) => {
  const worker = new Worker(new URL('./parity.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<BrowserMessage>) => void window.parityMessage(data);
  worker.onerror = (event) => void window.parityMessage({ type: 'failed', message: event.message });
  worker.postMessage(job);
};
