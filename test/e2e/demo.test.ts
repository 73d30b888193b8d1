/**
 * The embedded demo as a newcomer meets it, in Chromium from an empty profile: the offer, one click (pressed twice), the first
 * chart, every stage of the quick demo with a reload in each and the browser killed in one, gold scores, and no request to any
 * host but the page's own. One journey, in order.
 */
import { unzipSync } from 'fflate';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluationResultsSchema, type EvaluationResults } from '../../src/evaluation/results-schema';
import { recipePresets } from '../../src/protocol/recipe';
import { stagesOf } from '../../src/rounds/stages';
import { sampleSteps } from '../../src/rounds/watched-prompts';
import { type TestBrowser, launchBrowser } from '../support/browser';
import { openCountingProxy, type CountingProxy } from '../support/counting-proxy';
import { killBrowser } from '../support/kill-browser';
import { describeWith } from '../support/needs';
import { lookAtPages } from './accessibility';
import { keepPictures, openSite, readStage, waitForRun, type Site } from './studio-driver';

const MINUTE = 60_000;
const recipe = recipePresets['demo-quick'];
const rounds = Array.from({ length: recipe.rounds }, (_, i) => `dpo_round${i + 1}`);
const modelNames = ['base', 'sft', ...rounds];

async function savedFiles(page: Page): Promise<Record<string, Uint8Array>> {
  await page.getByTestId('tab-outputs').click();
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: MINUTE }),
    page.getByTestId('download-all').click(),
  ]);
  return unzipSync(new Uint8Array(readFileSync(await download.path())));
}

describeWith(['chromium'], 'the demo, by one click', () => {
  let site: Site;
  let proxy: CountingProxy;
  let profile: string;
  let browser: TestBrowser;
  let page: Page;
  let runId: string;
  let results: EvaluationResults;
  const complaints: string[] = [];
  const requests: string[] = [];
  /** Without those of the service worker. */
  const byPage: string[] = [];
  const reloaded: string[] = [];

  async function openBrowser(): Promise<void> {
    browser = await launchBrowser({ adapter: 'lavapipe', userDataDir: profile, extraArgs: proxy.args });
    page = browser.page;
    // Requests of the page and its dedicated workers; the proxy hears of all others.
    browser.context.on('request', (request: Request) => {
      requests.push(request.url());
      if (request.serviceWorker() === null) byPage.push(request.url());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  }

  /** Waits until a stage has begun its work; false when it was over too soon to see it. */
  async function caught(stage: string): Promise<boolean> {
    const seen = await page.waitForFunction(
      ([run, id]) => {
        const state = window.whetstone.state().runs.find((one) => one.id === run);
        const found = state?.stages.find((one) => one.id === id);
        if (state?.status === 'failed' || found?.status === 'done') return 'over';
        return found?.status === 'running' && found.done > 0 ? 'running' : false;
      },
      [runId, stage] as const,
      { timeout: 5 * MINUTE, polling: 50 },
    );
    return (await seen.jsonValue()) === 'running';
  }

  async function reloadIn(stages: readonly string[]): Promise<void> {
    for (const stage of stages) {
      if (!(await caught(stage))) continue;
      await page.reload();
      await page.evaluate(() => window.whetstone.ready());
      reloaded.push(stage);
    }
  }

  beforeAll(async () => {
    site = await openSite();
    proxy = await openCountingProxy();
    profile = mkdtempSync(join(tmpdir(), 'whetstone-demo-'));
    await openBrowser();
    await page.goto(site.address);
  });

  keepPictures('demo', () => page);

  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await site?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it('is offered when nothing is stored, and the page fetches nothing of it before the click', async () => {
    await page.getByTestId('run-demo').waitFor({ timeout: MINUTE });
    expect(await page.getByTestId('demo-page').textContent()).toContain('nothing is uploaded');
    await page.evaluate(() => window.whetstone.ready());
    // The service worker keeps it, with the page's own files, for a start without a network.
    expect(byPage.filter((url) => url.includes('/demo/'))).toEqual([]);
  });

  it('starts one run by a click, also when it is pressed twice, and soon shows a chart', async () => {
    const clicked = Date.now();
    await page.getByTestId('run-demo-quick').dblclick();
    await page
      .getByTestId('chart-loss')
      .locator('[data-line="line"]')
      .waitFor({ timeout: 3 * MINUTE });
    console.log(`first chart ${((Date.now() - clicked) / 1000).toFixed(1)} s after the click`);
    const { runs, models, datasets } = await page.evaluate(() => window.whetstone.state());
    expect([runs.length, models.length, datasets.length]).toEqual([1, 1, 1]);
    expect(runs[0]).toMatchObject({ recipe, modelId: models[0]?.id, datasetId: datasets[0]?.id });
    expect(runs[0]?.stages.find(({ status }) => status === 'running')?.id).toBe('sft');
    expect(datasets[0]).toMatchObject({ badLineCount: 0 });
    runId = runs[0]?.id ?? '';
    await page.goto(`${site.address}#/demo`);
    expect(await page.getByTestId('demo-obstacle').textContent()).toContain('Another run is in progress');
    expect(await page.getByTestId('run-demo').isDisabled()).toBe(true);
  });

  it('goes on through a reload while SFT and the reward model train', async () => {
    await page.goto(`${site.address}#/run/${runId}/progress`);
    await reloadIn(['sft', 'reward']);
    expect(reloaded).toEqual(['sft', 'reward']);
  });

  it('has lost nothing of what was finished when the browser was killed, and offers to go on', async () => {
    const sft = await readStage(page, runId, 'sft');
    expect(await caught('reward')).toBe(true);
    const closed = browser.context.waitForEvent('close');
    killBrowser(profile);
    await closed;

    await openBrowser();
    await page.goto(`${site.address}#/run/${runId}/progress`);
    await page.getByTestId('continue-run').waitFor();
    expect(await page.getByTestId('run-status').getAttribute('data-status')).toBe('interrupted');
    expect(await readStage(page, runId, 'sft')).toEqual(sft);
    const outputs = await page.evaluate(() => window.whetstone.state().runs[0]?.outputs.map(({ path }) => path));
    expect(outputs).toContain('sft_model/model.safetensors');
  });

  it('continues, can be cancelled, and continued again', async () => {
    await page.getByTestId('continue-run').click();
    await page.getByTestId('cancel-run').click();
    await page.getByTestId('cancel-run-confirm').click();
    await page.getByTestId('continue-run').waitFor({ timeout: 2 * MINUTE });
    expect(await page.getByTestId('run-status').getAttribute('data-status')).toBe('cancelled');
    await page.getByTestId('continue-run').click();
    await page.getByTestId('pause-run').waitFor({ timeout: MINUTE });
  });

  it('goes on through a reload in every other stage, does every stage once, and finishes', async () => {
    await reloadIn(stagesOf(recipe).flatMap(({ id }) => (reloaded.includes(id) ? [] : [id])));
    // Scoring takes a second or two, so that a reload may come too late for it.
    expect(reloaded).toEqual(
      expect.arrayContaining(stagesOf(recipe).flatMap(({ id, kind }) => (kind === 'score' ? [] : [id]))),
    );
    expect(await waitForRun(page, runId, 9 * MINUTE)).toBe('finished');
    const run = await page.evaluate(() => window.whetstone.state().runs[0]);
    expect(run?.stages.map(({ id, status }) => [id, status])).toEqual(stagesOf(recipe).map(({ id }) => [id, 'done']));
    for (const { id, kind } of stagesOf(recipe).filter(({ kind }) => ['sft', 'reward', 'train'].includes(kind))) {
      const { steps, done } = await readStage(page, runId, id);
      expect(steps, `${kind} ${id}`).toEqual(Array.from({ length: done }, (_, i) => i + (steps[0] ?? 0)));
    }
    const seconds = run?.stages.reduce((sum, stage) => sum + stage.seconds, 0) ?? 0;
    console.log(`quick demo: ${seconds.toFixed(0)} s of work, reloaded in ${reloaded.length} stages, killed in one`);
  });

  it('kept what each stage answered to the watched prompts while it learned, each once, beside SFT', async () => {
    const stages = await page.evaluate(() => window.whetstone.state().runs[0]?.stages ?? []);
    for (const { id, kind, total, samples } of stages) {
      const due = kind === 'sft' || kind === 'train' ? sampleSteps(total) : [];
      expect([id, ...samples.map(({ step }) => step)]).toEqual([id, ...(kind === 'sft' ? [0, ...due] : due)]);
    }
    await page.getByTestId('stage-round1.train').click();
    const answers = page.getByTestId('watched-answers');
    await answers.waitFor();
    expect(await answers.getByTestId('watched-prompt').count()).toBe(recipe.watchedPrompts);
    const sft = stages.find(({ id }) => id === 'sft')?.samples.at(-1)?.answers[0];
    const round = stages.find(({ id }) => id === 'round1.train')?.samples[0];
    await answers.getByTestId('watched-step').getByText(`Step ${round?.step}`, { exact: true }).click();
    const shown = await answers.getByTestId('watched-prompt').first().getByTestId('watched-answer').allTextContents();
    expect(shown[0]).toContain(sft?.text.trim() ?? '?');
    expect(shown[1]).toContain(round?.answers[0]?.text.trim() ?? '?');
  });

  it('gives gold scores of base, SFT and every round beside the reward', async () => {
    results = evaluationResultsSchema.parse(await page.evaluate(() => window.whetstone.state().runs[0]?.evaluation));
    expect(results.models.map(({ name }) => name)).toEqual(modelNames);
    const golds = results.models.map(({ gold }) => gold?.mean ?? Number.NaN);
    console.log(`gold: ${golds.map((gold, i) => `${modelNames[i]} ${gold.toFixed(3)}`).join(', ')}`);
    for (const gold of golds) {
      expect(gold).toBeGreaterThan(0.2);
      expect(gold).toBeLessThan(1);
    }
    for (const { gold } of results.models) {
      expect(gold?.interval.low).toBeLessThan(gold?.mean ?? Number.NaN);
      expect(gold?.interval.high).toBeGreaterThan(gold?.mean ?? Number.NaN);
    }
    const last = results.models.at(-1)?.gold;
    expect(last?.against_sft?.difference).toBeCloseTo((golds.at(-1) ?? 0) - (golds[1] ?? 0), 10);
  });

  it('plots reward and gold together', async () => {
    await page.goto(`${site.address}#/run/${runId}/evaluation`);
    const chart = page.getByTestId('plot-gold_trajectory');
    await chart.waitFor();
    // Two lines, reward and gold, with a point for each model.
    expect(await chart.locator('.recharts-line-curve').count()).toBe(2);
    expect(await chart.locator('.recharts-line-dot').count()).toBe(2 * modelNames.length);
    for (const { name, gold } of results.models) {
      expect(Number(await page.getByTestId(`gold-${name}`).getAttribute('data-value'))).toBe(gold?.mean);
    }
  });

  it('shows the answers side by side, the largest gold changes first, and losses alone when asked', async () => {
    const changes = results.prompts.map(({ prompt_id: id, responses }) => {
      const gold = (name: string | undefined) => responses.find(({ model }) => model === name)?.gold ?? Number.NaN;
      return { id, responses, change: gold(modelNames.at(-1)) - gold('sft') };
    });
    const [first] = changes.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change));
    const row = page.getByTestId('answer-row').first();
    expect(await row.getAttribute('data-prompt')).toBe(first?.id);
    expect(Number(await row.getAttribute('data-change'))).toBeCloseTo(first?.change ?? Number.NaN, 12);
    const columns = await row.getByTestId('answer').evaluateAll((cells) => cells.map((cell) => cell.dataset['model']));
    expect(columns.slice(0, 2)).toEqual([modelNames.at(-1), 'sft']);
    expect(columns.toSorted()).toEqual(modelNames.toSorted());
    const answers = await row.getByTestId('answer').allTextContents();
    for (const { model, text } of first?.responses ?? [])
      expect(answers[columns.indexOf(model)]).toContain(text.trim().slice(0, 20));
    const losses = changes.filter(({ change }) => change < 0).toSorted((a, b) => a.change - b.change);
    await page.getByTestId('answers-kind').getByText(`Losses ${losses.length}`).click();
    await page.getByText(`${losses.length} of ${changes.length} prompts`).waitFor();
    expect(await page.getByTestId('answer-row').first().getAttribute('data-prompt')).toBe(losses[0]?.id);
    const download = page.waitForEvent('download');
    await page.getByTestId('evaluation-export').click();
    await page.getByTestId('export-answers').click();
    const csv = readFileSync((await (await download).path()) ?? '', 'utf8');
    expect(csv.split('\r\n')[0]).toBe('prompt_id,prompt,model,response,tokens,ended,reward,gold');
  });

  it('leaves all outputs, the gold plot among them', async () => {
    const files = await savedFiles(page);
    const names = Object.keys(files);
    for (const folder of ['sft_model', 'reward_model', ...rounds]) {
      expect(names.some((name) => name.startsWith(`${folder}/`) && name.endsWith('model.safetensors'))).toBe(true);
    }
    expect(names).toEqual(
      expect.arrayContaining([
        'evaluation_results.json',
        'run.json',
        'synthetic_preferences.json',
        'plots/gold_trajectory.png',
      ]),
    );
    expect(files['plots/gold_trajectory.png']?.slice(1, 4)).toEqual(new TextEncoder().encode('PNG'));
  });

  it('answers in the playground, by two of its models side by side, with their rewards', async () => {
    await page.goto(`${site.address}#/playground`);
    await page.getByTestId('ask-field').fill('Which is bigger, 10 or 3?');
    await page.keyboard.press('Enter');
    const answers = page.locator('[data-testid="answer"][data-finished="true"]');
    await answers.nth(1).waitFor({ timeout: 2 * MINUTE });
    const models = await answers.evaluateAll((found) => found.map((one) => one.getAttribute('data-model')));
    expect(models).toEqual(['sft', rounds.at(-1)]);
    expect(await page.getByTestId('answer-reward').count()).toBe(2);
    const text = page.getByTestId('answer-text').first();
    const before = await text.textContent();
    await page.getByTestId('ask-again').click();
    await page.getByTestId('ask-again').waitFor({ timeout: 2 * MINUTE });
    expect(await text.textContent()).not.toBe(before);
    expect(await page.getByTestId('question').count()).toBe(1);
  });

  it('compares two rounds, hidden until a vote, which makes their answers a pair of the run', async () => {
    await page.getByTestId('playground-left').click();
    await page.getByRole('option', { name: 'DPO round 1', exact: true }).click();
    await page.getByTestId('blind-switch').click();
    await page.getByTestId('ask-field').fill('Please, where is the moon shop?');
    await page.keyboard.press('Enter');
    const vote = page.getByTestId('answer-left');
    for (let tries = 0; tries < 6; tries++) {
      await vote.or(page.getByTestId('no-vote')).waitFor({ timeout: 2 * MINUTE });
      if (await vote.isVisible()) break;
      await page.getByTestId('ask-again').click();
      await page.getByTestId('no-vote').waitFor({ state: 'detached' });
    }
    const shown = await page.getByTestId('turns').textContent();
    expect(shown).not.toMatch(/SFT|round|reward|tokens\/s/);
    const [left] = await page.getByTestId('answer-text').allTextContents();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('1');
    const said = (await page.getByTestId('voted').textContent()) ?? '';
    const winner = /You preferred (DPO round [12])/.exec(said)?.[1];
    expect(await page.getByTestId('vote-tally').textContent()).toContain('1');
    await page.getByRole('link', { name: 'See its pairs' }).click();
    await page.getByTestId('pair-source').getByText('Playground').click();
    await page.locator('[data-testid="pairs"][data-total="1"]').waitFor();
    await page.getByTestId('start-review').click();
    expect((await page.getByTestId('review-chosen').textContent()) ?? '').toContain(left?.trim() ?? '?');
    expect(await page.getByTestId('model-chosen').textContent()).toBe(`by ${winner}`);
    await page.keyboard.press('Escape');
  });

  it('makes a round again with 20 pairs decided by keys and the voted one, and its evaluation with them', async () => {
    const output = (path: string) =>
      page.evaluate(async (at) => (await window.whetstone.getOutput(at.runId, at.path)).text(), { runId, path });
    const before = await output('evaluation_results.json');
    await page.getByTestId('pair-source').getByText('Round 2').click();
    await page.locator(`[data-testid="pairs"][data-total="${recipe.promptsPerRound[0]}"]`).waitFor();
    await page.getByTestId('start-review').click();
    await page.getByTestId('pair-review').waitFor();
    for (let i = 0; i < 20; i++) {
      // A key counts for a pair that can be read.
      await page
        .getByTestId('review-place')
        .getByText(`Pair ${i + 1} of`)
        .waitFor();
      await page.getByTestId('review-prompt').waitFor();
      await page.keyboard.press(i % 2 === 0 ? '2' : '4');
    }
    await page.locator('[data-testid="reviewed-count"][data-value="20"]').waitFor();
    await page.keyboard.press('Escape');
    const last = `round${recipe.rounds}.train`;
    await page.getByTestId('tab-progress').click();
    await page.getByTestId(`stage-${last}`).click();
    await page.getByTestId('redo-stage').click();
    await page.getByTestId('redo-stage-confirm').click();
    await page.waitForFunction(
      (id) => window.whetstone.state().runs.find((run) => run.id === id)?.status === 'running',
      runId,
    );
    expect(await waitForRun(page, runId, 9 * MINUTE)).toBe('finished');
    const stages = await page.evaluate(() => window.whetstone.state().runs[0]?.stages ?? []);
    const trained = stages.find(({ id }) => id === last);
    expect(trained?.notes.join()).toMatch(/10 flipped, .*1 from the playground/);
    expect(trained?.summary['playground_pairs']).toBe(1);
    const used = JSON.parse(await output(`dpo_round${recipe.rounds}/pair_reviews.json`)) as { source: string }[];
    expect(new Set(used.map(({ source }) => source))).toEqual(new Set([`round ${recipe.rounds}`, 'playground']));
    expect(await output('evaluation_results.json')).not.toBe(before);
  });

  it('tells what the run was made from, held of the GPU over time, and tests its kernels again', async () => {
    await page.goto(`${site.address}#/artifacts`);
    const row = page.locator('[data-testid="artifact-row"]').filter({ hasText: 'reward_model' });
    await row.getByTestId('toggle-provenance').click();
    const provenance = page.getByTestId('provenance');
    await provenance.waitFor();
    const stored = await page.evaluate(async (id) => {
      const run = JSON.parse(await (await window.whetstone.getOutput(id, 'run.json')).text()) as {
        stages: { id: string; contentHash: string }[];
      };
      return run.stages.find(({ id: stage }) => stage === 'reward')?.contentHash;
    }, runId);
    await provenance.getByText(stored?.slice(0, 10) ?? '?').waitFor();
    await page.getByTestId('import-panel').click();
    await page.getByTestId('dataset-files').setInputFiles(site.files.data);
    await page.locator('[data-testid="artifact-row"][data-kind="dataset"]').nth(1).waitFor({ timeout: MINUTE });
    await page.goto(`${site.address}#/system`);
    const kernels = page.getByTestId('system-kernels').getByTestId('kernel-time');
    await kernels.nth(5).waitFor();
    await page.getByTestId('memory-timeline').locator('path.recharts-area-area').first().waitFor();
    const again = page.getByTestId('self-test-again');
    await again.click();
    await page
      .getByTestId('system-event')
      .getByText(/Self-test: \d+ kernels, all right/)
      .first()
      .waitFor({ timeout: 2 * MINUTE });
    expect(await page.getByTestId('self-test-row').count()).toBeGreaterThan(20);
  });

  it('estimates the time of a further run by the speed of this one', async () => {
    await page.goto(`${site.address}#/setup`);
    await page.getByTestId('start-run').waitFor();
    await page
      .getByText(/about \d+ (s|min)/)
      .first()
      .waitFor();
  });

  it('has no violation of axe and no cut text on any page, in light and dark, in a dialog and on a phone', async () => {
    expect(await lookAtPages(page, site.address, runId)).toEqual([]);
  });

  it('is no longer the first page, and is not imported again by another click', async () => {
    await page.goto(site.address);
    await page.getByTestId('run-row').waitFor({ timeout: MINUTE });
    expect(new URL(page.url()).hash).toBe('#/runs');
    await page.getByTestId('demo-hint').waitFor();
    await page.goto(`${site.address}#/setup`);
    await page.getByTestId('start-run').waitFor({ timeout: MINUTE });
    expect(await page.getByTestId('demo-model').count()).toBe(0);
    const before = await page.evaluate(() => window.whetstone.state());
    await page.evaluate(() => window.whetstone.deleteRun(window.whetstone.state().runs[0]?.id ?? ''));
    await page.goto(`${site.address}#/demo`);
    await page.getByTestId('run-demo-push').click();
    await page.getByTestId('run-status').waitFor({ timeout: MINUTE });
    const after = await page.evaluate(() => window.whetstone.state());
    expect([after.models, after.datasets]).toEqual([before.models, before.datasets]);
    expect(after.runs.map(({ recipe: its }) => its)).toEqual([recipePresets['demo-push']]);
    await page.evaluate(() => window.whetstone.cancelRun(window.whetstone.state().runs[0]?.id ?? ''));
  });

  it('asked no host but its own, and had no error', async () => {
    const { host } = new URL(site.address);
    const hosts = requests.filter((url) => /^(https?|wss?):/.test(url)).map((url) => new URL(url).host);
    expect(hosts.length).toBeGreaterThan(8);
    expect(new Set(hosts)).toEqual(new Set([host]));
    expect(proxy.hosts()).toEqual([]);
    expect(complaints).toEqual([]);
    // The count counts: a page elsewhere is heard of.
    await page.goto('http://elsewhere.test/').catch(() => undefined);
    expect(proxy.hosts()).toContain('elsewhere.test');
  });
});
