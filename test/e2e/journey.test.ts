/**
 * The whole way through the page in Chromium, from an empty profile to exported adapters that come back in: the demo's model and
 * data as files, the quick demo's recipe with LoRA, curves and pairs, a reload in the middle of training, a second tab, outputs, delete and
 * undo. The tests are one journey and run in their order.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestBrowser, launchBrowser } from '../support/browser';
import { describeWith } from '../support/needs';
import {
  chooseData,
  chooseModel,
  chooseRecipe,
  demoFolders,
  keepPictures,
  loraRecipe,
  openSite,
  readStage,
  type Site,
  type StageView,
  waitForRun,
} from './studio-driver';

const MINUTE = 60_000;
const recipe = loraRecipe;
const SFT_STEPS = Math.ceil(recipe.trainPairs / recipe.batchSize) * recipe.sftEpochs;
const lastRound = `dpo_round${recipe.rounds}`;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** The figure of a metric in the table of values. */
async function shownValue(page: Page, testId: string): Promise<number> {
  return Number(await page.getByTestId(testId).getAttribute('data-value'));
}

async function download(page: Page, testId: string): Promise<{ name: string; bytes: Uint8Array }> {
  const [started]: [Download, void] = await Promise.all([
    page.waitForEvent('download', { timeout: MINUTE }),
    page.getByTestId(testId).click(),
  ]);
  return { name: started.suggestedFilename(), bytes: new Uint8Array(readFileSync(await started.path())) };
}

describeWith(['chromium'], 'the journey through the page', () => {
  let site: Site;
  let browser: TestBrowser;
  let page: Page;
  let runId: string;
  let beforeReload: StageView;
  let files: Record<string, Uint8Array> = {};
  const complaints: string[] = [];

  function listenTo(tab: Page): void {
    tab.on('pageerror', (error) => complaints.push(error.message));
    tab.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
  }

  beforeAll(async () => {
    site = await openSite();
    browser = await launchBrowser({ adapter: 'lavapipe' });
    page = browser.page;
    listenTo(page);
    await page.goto(`${site.address}#/setup`);
  });

  keepPictures('journey', () => page);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('begins empty, in a shared worker, and says what is missing', async () => {
    const state = await page.evaluate(() => window.whetstone.ready());
    expect(state).toMatchObject({ deviceError: null, workerKind: 'shared', models: [], datasets: [], runs: [] });
    expect(await page.getByTestId('adapter').textContent()).toContain('software adapter: slow');
    expect(await page.getByTestId('start-run').isDisabled()).toBe(true);
    expect(await page.getByTestId('start-reason').textContent()).toMatch(/Choose a model first/);
  });

  it('shows at their places a data file and a recipe that cannot be used', async () => {
    await chooseData(page, site.files.badData);
    expect(await page.getByTestId('dataset-error').textContent()).toMatch(/bad\.jsonl/);
    await chooseRecipe(page, site.files.damagedRecipe);
    expect(await page.getByTestId('recipe-remarks').textContent()).toContain('colour');
    await page.getByText('1 wrong').waitFor();
    expect(await page.getByTestId('recipe-seed').getAttribute('aria-invalid')).toBe('true');
  });

  it('shows what a run will take of the GPU’s memory, and refuses one that cannot fit', async () => {
    await chooseModel(page, demoFolders.model);
    await chooseRecipe(page, site.files.tightRecipe);
    await page.getByTestId('memory-refusal').waitFor();
    expect(await page.getByTestId('memory-refusal').textContent()).toMatch(/does not fit the memory budget.*raise/);
    await chooseRecipe(page, site.files.loraRecipe);
    await page.getByTestId('memory-refusal').waitFor({ state: 'detached' });
    await page.getByTestId('memory-plan').waitFor();
    const [sft, train] = await Promise.all(
      ['sft', 'train'].map(async (kind) => Number(await page.getByTestId(`plan-${kind}`).getAttribute('data-bytes'))),
    );
    expect(sft).toBeGreaterThan(1e6);
    expect(train).toBeGreaterThan(sft!);
    expect(await page.getByTestId('engine-precision').textContent()).toBe('fused · fp16 native');
  });

  it('starts a run from chosen files and reports the bad line of the data', async () => {
    const lines = readFileSync(site.files.demoData, 'utf8').trimEnd().split('\n').length;
    await chooseData(page, site.files.demoData);
    await page.getByTestId('start-run').click({ timeout: MINUTE });
    await page.getByTestId('run-status').waitFor({ timeout: MINUTE });
    const { datasets, runs } = await page.evaluate(() => window.whetstone.state());
    expect(datasets).toMatchObject([
      { pairs: lines - 1, badLineCount: 1, badLines: [{ file: 'demo.jsonl', line: lines }] },
    ]);
    expect(runs).toMatchObject([{ recipe }]);
    runId = runs[0]?.id ?? '';
  });

  it('goes on through a reload in mid-training: no step lost, none repeated', async () => {
    await page.waitForFunction((id) => window.whetstone.metrics(id, 'sft').length >= 4, runId, { timeout: 5 * MINUTE });
    beforeReload = await readStage(page, runId, 'sft');
    expect(beforeReload.status).toBe('running');
    await page.reload();
    await page.evaluate(() => window.whetstone.ready());
    const after = await readStage(page, runId, 'sft');
    expect(after.steps).toEqual(upTo(after.steps.length));
    expect(after.steps.length).toBeGreaterThanOrEqual(beforeReload.steps.length);
    expect(after.losses.slice(0, beforeReload.losses.length)).toEqual(beforeReload.losses);
    // The address brought the page back to the run without a click.
    expect(await page.getByTestId('run-status').getAttribute('data-status')).toBe('running');
  });

  it('shows the same run in a second tab, and both can steer it', async () => {
    await page.getByTestId('pause-run').click();
    await page.getByTestId('resume-run').waitFor();
    const second = await browser.context.newPage();
    listenTo(second);
    await second.goto(site.address);
    // Without an address of its own, the second tab opens the run that is in progress.
    await second.getByTestId('resume-run').waitFor();
    for (const stage of ['sft', 'reward', 'round1.train']) {
      expect(await readStage(second, runId, stage)).toEqual(await readStage(page, runId, stage));
    }
    await second.getByTestId('resume-run').click();
    await page.getByTestId('resume-run').waitFor({ state: 'detached' });
    await second.close();
  });

  it('finishes, and every step of SFT is there once', async () => {
    expect(await waitForRun(page, runId, 8 * MINUTE)).toBe('finished');
    const sft = await readStage(page, runId, 'sft');
    expect(sft).toMatchObject({ status: 'done', done: SFT_STEPS, steps: upTo(SFT_STEPS) });
    expect(sft.losses.slice(0, beforeReload.losses.length)).toEqual(beforeReload.losses);
  });

  it('shows charts and their values', async () => {
    await page.getByTestId('tab-progress').click();
    await page.getByTestId('stage-sft').click();
    await page.getByTestId('chart-loss').waitFor();
    expect(await page.getByTestId('chart-loss').locator('[data-line="line"]').count()).toBe(1);
    expect(await page.getByTestId('points-count').getAttribute('data-value')).toBe(String(SFT_STEPS));
    expect(await shownValue(page, 'metric-first-loss')).toBe(beforeReload.losses[0]);
    await page.getByTestId('stage-round1.train').click();
    await page.getByTestId('chart-rewards/chosen').waitFor();
    expect(await shownValue(page, 'metric-first-loss')).toBeCloseTo(Math.LN2, 4);
    expect(await shownValue(page, 'metric-first-rewards/margins')).toBeCloseTo(0, 4);
    const { losses } = await readStage(page, runId, 'round1.train');
    const late = losses.slice(-8);
    expect(late.reduce<number>((sum, loss) => sum + (loss ?? Number.NaN), 0) / late.length).toBeLessThan(Math.LN2);
  });

  it('shows what computed a stage, its memory, and where the time of a batch went', async () => {
    expect(await page.getByTestId('run-engine').textContent()).toBe('fused · fp16 native');
    await page.getByTestId('stage-sft').click();
    const planned = recipe.memoryBudgetGb * 1e9;
    const peak = Number(await page.getByTestId('stage-memory').getAttribute('data-peak'));
    expect(peak).toBeGreaterThan(1e6);
    expect(peak).toBeLessThan(planned);
    const kernels = page.getByTestId('kernel-time');
    const names = await kernels.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-kernel')));
    expect(names.length).toBeGreaterThan(5);
    expect(names.some((name) => name?.startsWith('matmul'))).toBe(true);
    const times = await kernels.evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-milliseconds'))));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('shows the pairs with both responses and scores', async () => {
    await page.getByTestId('tab-pairs').click();
    await page.getByTestId('pair').first().waitFor();
    const { total, pairs } = await page.evaluate(
      (id) => window.whetstone.getPairs({ runId: id, round: 1, offset: 0, limit: 200 }),
      runId,
    );
    expect(total).toBe(recipe.promptsPerRound[0]);
    expect(await page.getByTestId('pairs').getAttribute('data-total')).toBe(String(total));
    const row = page.getByTestId('pair').first();
    const score = Number(await row.getByTestId('pair-chosen-score').getAttribute('data-value'));
    const shown = pairs.find(({ chosen }) => chosen.score === score);
    expect(Number(await row.getByTestId('pair-margin').getAttribute('data-value'))).toBeGreaterThan(0);
    await row.getByTestId('pair-toggle').click();
    const detail = await page.getByTestId('pair-detail').textContent();
    expect(detail).toContain(shown?.chosen.text.trim() ?? '?');
    expect(detail).toContain(shown?.rejected.text.trim() ?? '?');
  });

  it('shows what the stages without curves made, and leads from the kept pairs to them', async () => {
    await page.getByTestId('tab-progress').click();
    await page.getByTestId('stage-round1.generate').click();
    await page.getByTestId('response-lengths').locator('svg').first().waitFor();
    expect(await page.getByTestId('response-example').count()).toBeGreaterThan(0);
    await page.getByTestId('stage-round1.evaluate').click();
    await page.getByTestId('evaluation-figures').getByTestId('plot-win_rates').waitFor();
    await page.getByTestId('stage-round1.score').click();
    const kept = page.getByTestId('pair-use-kept');
    const count = await kept.getAttribute('data-pairs');
    expect(Number(count)).toBeGreaterThan(0);
    await kept.getByRole('link').click();
    await page.getByTestId('pair').first().waitFor();
    expect(await page.getByTestId('pairs').getAttribute('data-total')).toBe(count);
  });

  it('shows the settings of the run, and saves its recipe', async () => {
    await page.getByTestId('tab-settings').click();
    const hashes = await page
      .getByTestId('run-input')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-hash')));
    const ids = await page.evaluate((id) => {
      const run = window.whetstone.state().runs.find((one) => one.id === id);
      return [run?.modelId, run?.datasetId];
    }, runId);
    expect(hashes).toEqual(ids);
    const saved = await download(page, 'save-run-recipe');
    expect(JSON.parse(new TextDecoder().decode(saved.bytes))).toEqual(recipe);
  });

  it('shows the evaluation with its three plots', async () => {
    await page.getByTestId('tab-evaluation').click();
    await page.getByTestId('evaluation-table').waitFor();
    for (const plot of ['reward_comparison', 'reward_distributions', 'improvement_trajectory']) {
      expect(await page.getByTestId(`plot-${plot}`).locator('svg').count(), plot).toBeGreaterThan(0);
    }
    expect(await page.getByTestId('figure-Win rate against SFT').count()).toBeGreaterThan(0);
  });

  it('hands over single outputs and all of them as one archive', async () => {
    await page.getByTestId('tab-outputs').click();
    const rows = page.getByTestId('output-row');
    await rows.first().waitFor();
    const paths = await rows.evaluateAll((elements) => elements.map((element) => element.getAttribute('data-path')));
    expect(paths).toContain('sft_model/adapter_model.safetensors');
    expect(paths).toContain('synthetic_preferences.json');
    const single = await download(page, 'download-run.json');
    expect(single.name).toBe('run.json');
    expect(JSON.parse(new TextDecoder().decode(single.bytes))).toMatchObject({ recipe: { name: recipe.name } });
    const archive = await download(page, 'download-all');
    expect(archive.name).toBe(`${recipe.name.replaceAll(' ', '_')}.zip`);
    files = unzipSync(archive.bytes);
    expect(Object.keys(files).toSorted()).toEqual([...paths].toSorted());
  });

  it('hands over an adapter that, imported again, answers as its round does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whetstone-adapter-'));
    for (const [path, bytes] of Object.entries(files)) {
      if (!path.startsWith(`${lastRound}/`)) continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const config: unknown = JSON.parse(readFileSync(join(folder, lastRound, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({ peft_type: 'LORA', task_type: 'CAUSAL_LM', r: recipe.loraRank });
    await page.getByRole('link', { name: 'Artifacts', exact: true }).click();
    await page.getByTestId('import-panel').click();
    await page.getByTestId('adapter-folder').setInputFiles(join(folder, lastRound));
    await page.waitForFunction(() => window.whetstone.state().importedAdapters.length === 1);
    rmSync(folder, { recursive: true });
    await page.getByRole('link', { name: 'Playground', exact: true }).click();
    const name = await page.evaluate(() => window.whetstone.state().importedAdapters[0]?.name ?? '?');
    await page.getByTestId('playground-left').click();
    await page.getByRole('option', { name }).click();
    await page.getByTestId('ask-field').fill('Which is bigger, 10 or 3?');
    await page.keyboard.press('Enter');
    const answers = page.locator('[data-testid="answer"][data-finished="true"]');
    await answers.nth(1).waitFor({ timeout: 2 * MINUTE });
    const models = await answers.evaluateAll((found) => found.map((one) => one.getAttribute('data-model')));
    expect(models).toEqual([expect.stringMatching(/^adapter:/), lastRound]);
    const [imported, own] = await page.getByTestId('answer-text').allTextContents();
    expect(imported).toBe(own);
    expect(own?.trim()).not.toBe('');
  });

  it('renames the run, deletes it, takes that back, and deletes it again', async () => {
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByTestId('rename-run').click();
    await page.getByTestId('run-name-field').fill('my first run');
    await page.keyboard.press('Enter');
    await page.getByTestId('run-row').getByText('my first run').waitFor();
    await page.getByTestId('delete-run').click();
    await page.getByTestId('no-runs').waitFor();
    await page.getByTestId('notice-action').click();
    await page.getByTestId('run-row').getByText('my first run').waitFor();
    await page.getByTestId('delete-run').click();
    await page.getByTestId('no-runs').waitFor();
  });

  it('broke no rule of the content security policy and threw nothing', () => {
    expect(complaints).toEqual([]);
  });
});
