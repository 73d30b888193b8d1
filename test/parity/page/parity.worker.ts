/** The parity checks in a browser's worker. */
import { browserGpu, openDevice } from '../../../src/gpu/device';
import { openEngine } from '../engines';
import { runCase } from '../run-case';
import type { BrowserJob, BrowserMessage } from './messages';

const post = (message: BrowserMessage) => self.postMessage(message);

const readFrom = (folder: string) => async (path: string) => {
  const response = await fetch(`${folder}/${path}`);
  if (!response.ok) throw new Error(`${folder}/${path}: ${response.status}`);
  return response.blob();
};

async function run({ cases, checks, engine: name, precision }: BrowserJob): Promise<void> {
  const engine = await openEngine(await openDevice(browserGpu()), name, precision);
  const { vendor, architecture, description, features } = engine.backend.summary;
  post({ type: 'adapter', text: `${vendor} ${architecture} ${description} (${features.join(' ')})` });
  for (const { name, paths, folder, expectedFolder } of cases) {
    const source = { name, paths, read: readFrom(folder) };
    for await (const result of runCase(source, readFrom(expectedFolder), engine, checks))
      post({ type: 'result', case: name, result });
  }
  post({ type: 'done' });
}

self.onmessage = ({ data }: MessageEvent<BrowserJob>) => {
  run(data).catch((error: unknown) =>
    post({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
};
