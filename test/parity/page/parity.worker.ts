/** The parity checks in a browser's worker. */
import { browserGpu, openDevice } from '../../../src/gpu/device';
import { createDefinitionModel } from '../../../src/model/definition-model';
import { startBackend } from '../../../src/ops/backend';
import { runCase } from '../run-case';
import type { BrowserJob, BrowserMessage } from './messages';

const post = (message: BrowserMessage) => self.postMessage(message);

const readFrom = (folder: string) => async (path: string) => {
  const response = await fetch(`${folder}/${path}`);
  if (!response.ok) throw new Error(`${folder}/${path}: ${response.status}`);
  return response.blob();
};

async function run({ cases, checks }: BrowserJob): Promise<void> {
  const backend = await startBackend(await openDevice(browserGpu()));
  const { vendor, architecture, description, features } = backend.summary;
  post({ type: 'adapter', text: `${vendor} ${architecture} ${description} (${features.join(' ')})` });
  for (const { name, paths, folder, expectedFolder } of cases) {
    const source = { name, paths, read: readFrom(folder) };
    for await (const result of runCase(source, readFrom(expectedFolder), backend, createDefinitionModel, checks))
      post({ type: 'result', case: name, result });
  }
  post({ type: 'done' });
}

self.onmessage = ({ data }: MessageEvent<BrowserJob>) => {
  run(data).catch((error: unknown) =>
    post({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
};
