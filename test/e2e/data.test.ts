/**
 * Data on its way in, in Chromium: columns that a person chooses, single responses, the report, cancelling, lengths in tokens, memory,
 * and a run that trains SFT alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, type TestBrowser } from '../support/browser';
import { csv, gzip, jsonLines, parquet } from '../support/data-files';
import { openDatasetMirror } from '../support/hub-datasets';
import { watchHeaps } from '../support/heap-watch';
import { describeWith } from '../support/needs';
import {
  chooseData,
  chooseModel,
  chooseRecipe,
  keepPictures,
  modelFolder,
  openSite,
  type Site,
  tinyRecipe,
  waitForRun,
} from './studio-driver';

const MINUTE = 60_000;
const rows = Array.from({ length: 60 }, (_, i) => ({
  ask: `what is ${i}?`,
  good: `it is ${i}, <b>surely</b>`,
  poor: 'no idea',
}));
const pair = (i: number) => ({
  prompt: `question ${i}`,
  chosen: `answer ${i} `.repeat(20),
  rejected: `none ${i} `.repeat(20),
});

/** The number of stored chunks, of whatever dataset. */
function storedChunks(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('whetstone');
        opening.onerror = () => reject(opening.error ?? new Error('no database'));
        opening.onsuccess = () => {
          const database = opening.result;
          const counting = database.transaction('datasetItems').objectStore('datasetItems').count();
          counting.onsuccess = () => {
            database.close();
            resolve(counting.result);
          };
        };
      }),
  );
}

/** Chooses a value in one of Mantine's selects. */
async function choose(page: Page, testId: string, value: string): Promise<void> {
  // By the keyboard: the page may still be unfolding what the mouse would have to hit.
  const option = page.getByRole('option', { name: value, exact: true });
  await page.getByTestId(testId).focus();
  if (!(await option.isVisible())) await page.keyboard.press('ArrowDown');
  await option.dispatchEvent('click');
}

describeWith(['chromium'], 'data in the page', () => {
  let site: Site;
  let browser: TestBrowser;
  let page: Page;
  let folder: string;
  const complaints: string[] = [];

  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'whetstone-data-'));
    site = await openSite();
    browser = await launchBrowser({ adapter: 'lavapipe' });
    page = browser.page;
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${site.address}#/setup`);
    await page.evaluate(() => window.whetstone.ready());
  });

  keepPictures('data', () => page);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks for columns that are not clear, shows the rows as chosen, and imports them so', async () => {
    await page.getByTestId('dataset-files').setInputFiles(file('odd.csv', csv(rows)));
    await page.getByTestId('column-mapping').waitFor();
    expect(await page.getByTestId('import-columns').isDisabled()).toBe(true);
    await choose(page, 'column-prompt', 'ask');
    await page.keyboard.press('Escape');
    await choose(page, 'column-chosen', 'good');
    await choose(page, 'column-rejected', 'poor');
    await page.getByTestId('preview-row').first().waitFor();
    const shown = await page.getByTestId('preview-row').first().textContent();
    expect(shown).toContain('Prompt: what is 0?');
    expect(shown).toContain('Chosen: it is 0, <b>surely</b>');
    await page.getByTestId('import-columns').click();
    await page.getByTestId('dataset-report').waitFor();
    const [dataset] = await page.evaluate(() => window.whetstone.state().datasets);
    expect(dataset).toMatchObject({
      kind: 'preference',
      pairs: 60,
      columns: { kind: 'preference', prompt: ['ask'], chosen: 'good', rejected: 'poor' },
    });
    expect(await page.getByTestId('dataset-columns').textContent()).toBe(
      'Columns: prompt from ask, chosen from good, rejected from poor',
    );
  });

  it('reads the same files again by other columns', async () => {
    await page.getByTestId('change-columns').click();
    await page.getByTestId('column-mapping').waitFor();
    await page.getByText('Single responses', { exact: true }).click();
    await choose(page, 'column-response', 'good');
    await choose(page, 'column-prompt', 'ask');
    await page.keyboard.press('Escape');
    await page.getByTestId('import-columns').click();
    await page.getByTestId('sft-only').waitFor();
    const datasets = await page.evaluate(() => window.whetstone.state().datasets);
    expect(datasets.map(({ kind }) => kind).toSorted()).toEqual(['preference', 'sft']);
  });

  it('reports what was dropped with its lines, near-duplicates, and lengths in characters and tokens', async () => {
    await chooseModel(page, modelFolder);
    const records = Array.from({ length: 40 }, (_, i) => pair(i));
    const content = [
      ...records,
      { ...pair(90), rejected: '' },
      pair(3),
      { ...pair(5), rejected: `${pair(5).rejected}!` },
    ];
    await chooseData(page, file('report.parquet', parquet(content, 'GZIP')));
    await page.getByTestId('dropped-lines').click();
    const dropped = page.getByTestId('dropped-lines-table').locator('tbody tr');
    expect(await dropped.evaluateAll((found) => found.map((row) => row.textContent))).toEqual([
      'report.parquet41empty response',
      'report.parquet42duplicate',
    ]);
    await page.getByTestId('near-duplicates').click();
    expect(await page.getByTestId('near-duplicates-table').textContent()).toContain('43like line 6');
    await page.getByTestId('lengths').click();
    expect(Number(await page.getByTestId('median-chosen-characters').getAttribute('data-value'))).toBe(200);
    // Not by the mouse: the details are still unfolding.
    await page.getByTestId('measure-tokens').dispatchEvent('click');
    await page.getByTestId('lengths-tokens').waitFor({ timeout: MINUTE });
    const tokens = Number(await page.getByTestId('median-total-tokens').getAttribute('data-value'));
    expect(tokens).toBeGreaterThan(40);
    expect(await page.getByTestId('dataset-report').textContent()).toMatch(
      /of all 41: \d+\.\d% are over the maximal length/,
    );
  });

  it('shows progress in little memory; a cancelled import leaves nothing behind', async () => {
    const many = file('many.jsonl', jsonLines(Array.from({ length: 60_000 }, (_, i) => pair(i))));
    const before = await storedChunks(page);
    const heaps = await watchHeaps(await browser.context.newCDPSession(page));
    await page.getByTestId('dataset-files').setInputFiles(many);
    await page.getByTestId('import-progress').waitFor();
    await page.waitForFunction(
      () => Number(document.querySelector('[data-testid="import-progress"]')?.getAttribute('data-records')) > 20_000,
    );
    await heaps.look();
    expect(await page.evaluate(() => window.whetstone.state().datasets.length)).toBe(3);
    await page.getByTestId('cancel-import').click();
    await page.getByTestId('import-progress').waitFor({ state: 'detached' });
    expect(await page.getByTestId('dataset-error').count()).toBe(0);
    expect(await storedChunks(page)).toBe(before);
    expect(await page.evaluate(() => window.whetstone.state().datasets.length)).toBe(3);
    const peak = heaps.peaks.get('data worker') ?? Infinity;
    expect(peak).toBeLessThan(100e6);
  });

  it('trains SFT alone on single responses', async () => {
    await chooseRecipe(
      page,
      file('sft.json', JSON.stringify({ ...tinyRecipe, rounds: 1, sftEpochs: 2, name: 'single' })),
    );
    await choose(page, 'dataset-select', 'odd.csv · single responses');
    expect(await page.getByTestId('start-reason').textContent()).toMatch(/train SFT only: set DPO rounds to 0/);
    const picked = await page.evaluate(() => window.whetstone.state().datasets.find(({ kind }) => kind === 'sft')?.id);
    const modelId = await page.evaluate(() => window.whetstone.state().models[0]?.id ?? '');
    const start = (rounds: number) =>
      page.evaluate(
        (argument) =>
          window.whetstone.startRun(argument).then(
            ({ runId }) => runId,
            (error: Error) => error.message,
          ),
        {
          name: 'single',
          modelId,
          datasetId: picked ?? '',
          importedAdapterId: null,
          recipe: { ...tinyRecipe, sftEpochs: 2, rounds },
        },
      );
    expect(await start(1)).toMatch(/single responses.*"rounds" to 0/);
    const runId = await start(0);
    expect(await waitForRun(page, runId, 5 * MINUTE)).toBe('finished');
    const run = await page.evaluate((id) => window.whetstone.state().runs.find((one) => one.id === id), runId);
    expect(run?.stages.map(({ id, status }) => `${id} ${status}`)).toEqual(['sft done']);
    expect(run?.outputs.map(({ path }) => path)).toContain('sft_model/adapter_model.safetensors');
    expect(run?.stages[0]?.summary['examples']).toBeGreaterThan(20);
  });

  it('takes a dataset from a Hub only when asked to, by config and splits', async () => {
    const lines = (from: number, to: number) =>
      gzip(jsonLines(Array.from({ length: to - from }, (_, i) => pair(from + i))));
    const mirror = await openDatasetMirror({
      'lab/hh@main': {
        'harmless-base/train.jsonl.gz': lines(0, 50),
        'harmless-base/test.jsonl.gz': lines(45, 60),
        'other/train.jsonl.gz': lines(100, 110),
      },
    });
    try {
      await page.getByRole('link', { name: 'New run' }).click();
      // By the keyboard: what the mouse would have to hit moves while the parts above it unfold.
      await page.getByTestId('hub-dataset').press('Enter');
      await page.getByTestId('hub-more').press('Enter');
      await page.getByTestId('hub-endpoint').fill(mirror.address);
      await page.getByTestId('hub-dataset-id').fill('lab/hh');
      expect(mirror.requests).toEqual([]);
      await page.getByTestId('hub-look-up').dispatchEvent('click');
      await page.getByTestId('hub-offer').waitFor();
      expect(mirror.requests.map(({ path }) => path)).toEqual(['/api/datasets/lab/hh/tree/main']);
      await page.getByTestId('hub-download').dispatchEvent('click');
      await page.getByTestId('hub-offer').waitFor({ state: 'detached' });
      await page.getByTestId('dataset-report').waitFor();
      const datasets = await page.evaluate(() => window.whetstone.state().datasets);
      const dataset = datasets.find(({ name }) => name === 'lab/hh harmless-base');
      expect(dataset).toMatchObject({ pairs: 60, dropped: { duplicate: 5 }, report: { promptsInBoth: 5 } });
      const asked = mirror.requests
        .filter(({ path }) => path.includes('/resolve/'))
        .map(({ path }) => path.split('/').at(-1));
      expect(new Set(asked)).toEqual(new Set(['train.jsonl.gz', 'test.jsonl.gz']));
      expect(mirror.requests.some(({ path }) => path.includes('other/'))).toBe(false);
    } finally {
      await mirror.close();
    }
  });

  it('is deleted only after a question, and can be kept', async () => {
    await page.goto(`${site.address}#/setup`);
    const names = () => page.evaluate(() => window.whetstone.state().datasets.map(({ name }) => name));
    const before = await names();
    await page.getByTestId('delete-dataset').click();
    const question = page.getByRole('dialog', { name: 'Delete “lab/hh harmless-base”?' });
    await question.waitFor();
    expect(await question.textContent()).toContain('No run uses it.');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await names()).toEqual(before);
    await page.getByTestId('delete-dataset').click();
    await page.getByTestId('delete-dataset-confirm').click();
    await page.waitForFunction((count) => window.whetstone.state().datasets.length === count, before.length - 1);
    expect(await names()).toEqual(before.filter((name) => name !== 'lab/hh harmless-base'));
  });

  it('threw nothing', () => {
    expect(complaints).toEqual([]);
  });
});
