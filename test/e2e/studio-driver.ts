/** Drives the built studio as a person would, for the end-to-end tests. Asserts nothing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach } from 'vitest';
import { ensureBuilt } from '../../scripts/lib/build.mjs';
import { cacheFolder, distFolder } from '../../scripts/lib/paths.mjs';
import { serveFolder, studioPolicy } from '../../scripts/serve.mjs';
import { recipePresets, type Recipe } from '../../src/protocol/recipe';
import { asTranscripts, tinyPreferences } from '../support/tiny-preferences';

export const modelFolder = join(process.cwd(), 'test/fixtures/golden/llama-tiny');

/** The embedded demo as files of a person's own. */
export const demoFolders = {
  model: join(process.cwd(), 'public/demo/model'),
  data: join(process.cwd(), 'public/demo/data/preferences.jsonl'),
};

/** The quick demo's recipe as one who wants adapters would change it. */
export const loraRecipe: Recipe = {
  ...recipePresets['demo-quick'],
  name: 'quick demo with LoRA',
  parameters: 'lora',
  sftLearningRate: 2e-3,
  rewardLearningRate: 2e-3,
  dpoLearningRates: [5e-4],
};

/** Every stage once, in a minute or two on a software adapter; SFT long enough to reload in the middle of it. */
export const tinyRecipe: Recipe = {
  ...recipePresets.smoke,
  name: 'tiny journey',
  rounds: 1,
  trainPairs: 24,
  heldOutPairs: 6,
  heldOutPrompts: 4,
  maxLength: 96,
  batchSize: 4,
  microBatchSize: 1,
  sftEpochs: 60,
  sftLearningRate: 2e-4,
  rewardEpochs: 2,
  dpoEpochs: [1],
  promptsPerRound: [4],
  samplesPerPrompt: 2,
  maxNewTokens: 8,
  generationBatchSize: 8,
  pairMinMargin: 0,
  evalBootstrapSamples: 50,
};

/** Kept after the tests, to look at. */
export const pictures = join(cacheFolder, 'reports', 'pictures');

/** Keeps a picture of the page as every test of the file leaves it, also of one that failed. */
export function keepPictures(journey: string, page: () => Page | undefined): void {
  afterEach(async ({ task }) => {
    const name = task.name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60);
    const path = join(pictures, journey, `${name}.png`);
    // A test may leave no page behind, or one that is busy; that is no fault of what it tested.
    await page()
      ?.screenshot({ path, timeout: 10_000 })
      .catch(() => {});
  });
}

export interface Site {
  address: string;
  /** A folder of files to choose in the page. */
  files: {
    data: string;
    badData: string;
    /** The demo's preference data, and one line more that is none. */
    demoData: string;
    recipe: string;
    loraRecipe: string;
    tightRecipe: string;
    damagedRecipe: string;
  };
  close(): Promise<void>;
}

/** Builds the studio when needed, serves it, and writes the files that the tests choose. */
export async function openSite(): Promise<Site> {
  ensureBuilt();
  const server = await serveFolder({ folder: distFolder, port: 0, policy: studioPolicy });
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-e2e-'));
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const transcripts = asTranscripts(await tinyPreferences(60));
  const files = {
    data: write('tiny.jsonl', `${transcripts}{"chosen": 3}\n`),
    badData: write('bad.jsonl', '{"chosen": \n'.repeat(4)),
    demoData: write('demo.jsonl', `${readFileSync(demoFolders.data, 'utf8')}{"chosen": 3}\n`),
    recipe: write('tiny.recipe.json', JSON.stringify(tinyRecipe)),
    loraRecipe: write('lora.recipe.json', JSON.stringify(loraRecipe)),
    tightRecipe: write('tight.recipe.json', JSON.stringify({ ...tinyRecipe, memoryBudgetGb: 0.001 })),
    damagedRecipe: write('damaged.recipe.json', JSON.stringify({ ...tinyRecipe, seed: -1, colour: 'red' })),
  };
  const close = async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { address: server.address, files, close };
}

/** Chooses a folder or files in the page's own inputs and waits until they are read. */
export async function chooseModel(page: Page, folder: string): Promise<void> {
  await page.getByTestId('model-folder').setInputFiles(folder);
  await page.getByTestId('model-facts').or(page.getByTestId('model-error')).waitFor({ timeout: 120_000 });
}

export async function chooseData(page: Page, file: string): Promise<void> {
  await page.getByTestId('dataset-files').setInputFiles(file);
  await page.getByTestId('dataset-report').or(page.getByTestId('dataset-error')).waitFor({ timeout: 120_000 });
}

export async function chooseRecipe(page: Page, file: string): Promise<void> {
  await page.getByTestId('recipe-file').setInputFiles(file);
}

/** Goes through the setup and starts; the page then shows the run. Returns the run's id. */
export async function startTinyRun(page: Page, files: Site['files']): Promise<string> {
  await chooseModel(page, modelFolder);
  await chooseData(page, files.data);
  await chooseRecipe(page, files.recipe);
  await page.getByTestId('start-run').click({ timeout: 60_000 });
  await page.getByTestId('run-status').waitFor({ timeout: 60_000 });
  return page.evaluate(() => window.whetstone.state().runs[0]?.id ?? '');
}

export interface StageView {
  status: string | undefined;
  done: number;
  /** Steps of the curve that the page holds, in order. */
  steps: number[];
  losses: (number | undefined)[];
}

/** What the page knows of one stage. */
export function readStage(page: Page, runId: string, stageId: string): Promise<StageView> {
  return page.evaluate(
    ([run, stage]) => {
      const found = window.whetstone.state().runs.find(({ id }) => id === run);
      const state = found?.stages.find(({ id }) => id === stage);
      const points = window.whetstone.metrics(run ?? '', stage ?? '');
      return {
        status: state?.status,
        done: state?.done ?? 0,
        steps: points.map(({ step }) => step),
        losses: points.map(({ values }) => values['loss']),
      };
    },
    [runId, stageId],
  );
}

/** Waits until `id` has a status that is not `from`, and returns it; a run's error is thrown with its message. */
export async function waitForRun(page: Page, runId: string, timeoutMs: number): Promise<string> {
  const end = await page.waitForFunction(
    (id) => {
      const run = window.whetstone.state().runs.find((candidate) => candidate.id === id);
      const over = run && !['running', 'paused'].includes(run.status);
      return over ? { status: run.status, error: run.error } : null;
    },
    runId,
    { timeout: timeoutMs, polling: 500 },
  );
  const { status, error } = (await end.jsonValue()) ?? { status: 'unknown', error: null };
  if (error) throw new Error(`The run ended with ${error.name} in ${error.stage}: ${error.message}`);
  return status;
}
