/**
 * Takes a model of TinyLlama-1.1B's shape (2.2 GB of bf16 in two shards, random weights) into Chromium, from a folder or from a mirror
 * of the Hub on loopback, begins a run on it, and says how far the heaps of the page and its workers grew meanwhile.
 * `npx tsx test/bench/load.ts [--hub] [--layers N]`. Needs about 7 GB of disk and 5 GB of memory.
 */
import { copyFileSync, mkdtempSync, openSync, closeSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ensureBuilt } from '../../scripts/lib/build.mjs';
import { distFolder } from '../../scripts/lib/paths.mjs';
import { serveFolder } from '../../scripts/serve.mjs';
import { parseModelConfig } from '../../src/model/parse-config';
import { weightSpecs } from '../../src/model/weight-specs';
import { launchBrowser } from '../support/browser';
import { watchHeaps, type HeapWatch } from '../support/heap-watch';
import { mirrorModel, openMirror } from '../support/hub-mirror';
import { publishedConfig } from '../support/published-configs';
import { asTranscripts, tinyPreferences } from '../support/tiny-preferences';
import { tinyRecipe } from '../e2e/studio-driver';

const fromHub = process.argv.includes('--hub');
const layersAt = process.argv.indexOf('--layers');
const tokenizerFolder = 'test/fixtures/golden/llama-tiny';

/** bf16 of about 2^-10 to 2^-3, and a few that fp16 has as subnormals or not at all. */
function randomBfloats(length: number): Uint16Array {
  const values = new Uint16Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const rare = state % 100_003 === 0;
    const exponent = rare ? 95 + (state >>> 28) : 117 + ((state >>> 24) & 7);
    values[i] = ((state >>> 31) << 15) | (exponent << 7) | ((state >>> 8) & 127);
  }
  return values;
}

function writeShard(path: string, tensors: { name: string; shape: number[] }[]): number {
  const bytesOf = ({ shape }: { shape: number[] }) => 2 * shape.reduce((product, n) => product * n, 1);
  let at = 0;
  const entries = tensors.map((tensor) => {
    const from = at;
    at += bytesOf(tensor);
    return [tensor.name, { dtype: 'BF16', shape: tensor.shape, data_offsets: [from, at] }];
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = openSync(path, 'w');
  writeSync(file, length);
  writeSync(file, header);
  const block = Buffer.from(randomBfloats(1 << 23).buffer);
  for (let left = at; left > 0; left -= block.length) writeSync(file, block, 0, Math.min(left, block.length));
  closeSync(file);
  return at + header.length + 8;
}

/** Writes the folder; returns its weights' bytes. */
function writeModel(folder: string): number {
  const json = publishedConfig('tinyllama-1.1b');
  if (layersAt > 0) json['num_hidden_layers'] = Number(process.argv[layersAt + 1]);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(json));
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(join(tokenizerFolder, name), join(folder, name));
  const specs = weightSpecs(parseModelConfig(json, 'config.json'));
  const half = Math.ceil(specs.length / 2);
  const shards = [specs.slice(0, half), specs.slice(half)];
  const name = (i: number) => `model-0000${i + 1}-of-00002.safetensors`;
  const map = shards.flatMap((shard, i) => shard.map((spec) => [spec.name, name(i)]));
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: Object.fromEntries(map) }));
  return shards.reduce((sum, shard, i) => sum + writeShard(join(folder, name(i)), shard), 0);
}

/** Looks at the heaps until the work is done; returns its seconds. */
async function timed(heaps: HeapWatch, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let over = false;
  const done = work().finally(() => (over = true));
  done.catch(() => {});
  while (!over) {
    await heaps.look();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await done;
  return Math.round((performance.now() - start) / 100) / 10;
}

async function takeModel(page: Page, folder: string): Promise<() => Promise<void>> {
  if (!fromHub) {
    await page.getByTestId('model-folder').setInputFiles(folder);
    return () => Promise.resolve();
  }
  const mirror = await openMirror();
  mirror.models.set('bench/tinyllama', mirrorModel(folder));
  await page.evaluate(
    (endpoint) => void window.whetstone.downloadModel('bench/tinyllama', { endpoint }),
    mirror.endpoint,
  );
  return () => mirror.close();
}

/** Begins a run; resolves when its model is loaded. */
async function loadIntoRun(page: Page): Promise<string> {
  const [modelId, datasetId] = await page.evaluate(() => {
    const { models, datasets } = window.whetstone.state();
    return [models[0]?.id ?? '', datasets[0]?.id ?? ''];
  });
  const recipe = { ...tinyRecipe, rounds: 0, maxLength: 64, microBatchSize: 1, batchSize: 1, memoryBudgetGb: 8 };
  const runId = await page.evaluate(async (argument) => (await window.whetstone.startRun(argument)).runId, {
    name: 'load',
    modelId,
    datasetId,
    importedAdapterId: null,
    recipe,
  });
  await page.waitForFunction(
    (id) => {
      const state = window.whetstone.state().runs.find((one) => one.id === id);
      return state !== undefined && (state.error !== null || state.engine !== null);
    },
    runId,
    { timeout: 1_200_000, polling: 200 },
  );
  return runId;
}

/** Waits for the first step, and cancels. */
async function firstStep(page: Page, runId: string): Promise<unknown> {
  const run = await page.waitForFunction(
    (id) => {
      const state = window.whetstone.state().runs.find((one) => one.id === id);
      const begun = state?.stages.some(({ done }) => done > 0) === true;
      return state && (state.error !== null || begun) ? { engine: state.engine, error: state.error } : null;
    },
    runId,
    { timeout: 1_200_000, polling: 500 },
  );
  const found = await run.jsonValue();
  await page.evaluate((id) => window.whetstone.cancelRun(id), runId);
  return found;
}

/** Megabytes so far, by thread. */
const peaksOf = ({ peaks }: HeapWatch) =>
  Object.fromEntries([...peaks].map(([name, peak]) => [name, Math.round(peak / 1e6)]));

async function main(): Promise<void> {
  ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-load-'));
  const bytes = writeModel(folder);
  const data = join(mkdtempSync(join(tmpdir(), 'whetstone-load-data-')), 'tiny.jsonl');
  writeFileSync(data, asTranscripts(await tinyPreferences(40)));
  const server = await serveFolder({ folder: distFolder, port: 0 });
  const browser = await launchBrowser({ adapter: 'lavapipe' });
  const closing: (() => Promise<void>)[] = [];
  try {
    const { page } = browser;
    // The training worker as a dedicated one: DevTools count those of the page only.
    await page.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
    const heaps = await watchHeaps(await browser.context.newCDPSession(page));
    await page.goto(server.address);
    await page.evaluate(() => window.whetstone.ready());
    const importSeconds = await timed(heaps, async () => {
      closing.push(await takeModel(page, folder));
      await page.getByTestId('model-facts').or(page.getByTestId('model-error')).waitFor({ timeout: 1_200_000 });
    });
    await page.getByTestId('dataset-files').setInputFiles(data);
    await page.getByTestId('dataset-report').waitFor();
    const imported = peaksOf(heaps);
    let runId = '';
    let run: unknown;
    const loadSeconds = await timed(heaps, async () => (runId = await loadIntoRun(page)));
    const loaded = peaksOf(heaps);
    const stepSeconds = await timed(heaps, async () => (run = await firstStep(page, runId)));
    const result = { source: fromHub ? 'mirror' : 'folder', megabytes: Math.round(bytes / 1e6), run };
    const seconds = { imported: importSeconds, loaded: loadSeconds, firstStep: stepSeconds };
    const peakHeapMB = { imported, loaded, firstStep: peaksOf(heaps) };
    console.log(JSON.stringify({ ...result, seconds, peakHeapMB }, null, 2));
  } finally {
    for (const close of closing) await close();
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
