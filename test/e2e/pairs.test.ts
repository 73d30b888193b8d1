/**
 * Pairs in Chromium: a tiny run is stopped when its first round is scored, its pairs are reviewed by keyboard, the page is loaded
 * again, and the run goes on: it trains on what was decided. One journey; its tests run in their order.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PreferencePair } from '../../src/protocol/preference';
import { type TestBrowser, launchBrowser } from '../support/browser';
import { describeWith } from '../support/needs';
import { keepPictures, openSite, type Site, startTinyRun, tinyRecipe, waitForRun } from './studio-driver';

const MINUTE = 60_000;
/** DPO long enough to be stopped in. */
const recipe = { ...tinyRecipe, sftEpochs: 1, rewardEpochs: 1, dpoEpochs: [8] };

/** Cancels the run as soon as its first round is scored. */
function stopAfterScoring(page: Page, runId: string): Promise<void> {
  return page.evaluate(
    (id) =>
      new Promise<void>((resolve, reject) => {
        const stop = window.whetstone.subscribe(({ runs }) => {
          const stages = runs.find((run) => run.id === id)?.stages ?? [];
          if (stages.find((stage) => stage.id === 'round1.score')?.status !== 'done') return;
          stop();
          window.whetstone.cancelRun(id).then(resolve, reject);
        });
      }),
    runId,
  );
}

describeWith(['chromium'], 'the pairs of a run', () => {
  let site: Site;
  let browser: TestBrowser;
  let page: Page;
  let runId: string;
  let texts: { chosen: string; rejected: string; prompt: string; dropped: boolean }[];
  const complaints: string[] = [];

  const openPairs = async () => {
    await page.goto(`${site.address}#/run/${runId}/pairs`);
    await page.getByTestId('pair').first().waitFor({ timeout: MINUTE });
  };
  const place = (number: number) => page.getByText(`Pair ${number} of 4`, { exact: true }).waitFor();
  const reviewed = (count: number) => page.locator(`[data-testid="reviewed-count"][data-value="${count}"]`).waitFor();
  const verdict = (words: string) => page.locator(`[data-testid="review-verdict"][data-value="${words}"]`).waitFor();

  beforeAll(async () => {
    site = await openSite();
    browser = await launchBrowser({ adapter: 'lavapipe' });
    page = browser.page;
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${site.address}#/setup`);
    const file = join(dirname(site.files.recipe), 'pairs.recipe.json');
    writeFileSync(file, JSON.stringify(recipe));
    runId = await startTinyRun(page, { ...site.files, recipe: file });
    await stopAfterScoring(page, runId);
    const { pairs } = await page.evaluate(
      (id) => window.whetstone.getPairs({ runId: id, round: 1, offset: 0, limit: 10 }),
      runId,
    );
    texts = pairs.map(({ chosen, rejected, prompt, dropped }) => ({
      prompt,
      chosen: chosen.text,
      rejected: rejected.text,
      dropped: dropped !== null,
    }));
  });

  keepPictures('pairs', () => page);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('are looked through by source, text and keyboard', async () => {
    await openPairs();
    expect(await page.getByTestId('pairs').getAttribute('data-total')).toBe('4');
    await page.getByTestId('pair-source').getByText('Original').click();
    await page.locator('[data-testid="pairs"][data-total="60"]').waitFor();
    await page.getByTestId('pairs-scroller').focus();
    await page.keyboard.press('End');
    await page.locator('[data-current]').getByText('60', { exact: true }).waitFor();
    await page.getByTestId('pair-search').fill('KITE');
    await page.waitForFunction(() => {
      const rows = [...document.querySelectorAll('[data-testid="pair-prompt"]')];
      return rows.length > 0 && rows.every((row) => row.textContent.includes('kite'));
    });
    // Another query begins at its top.
    await page.locator('[data-current]').getByText('1', { exact: true }).waitFor();
    expect(await page.getByTestId('pairs-scroller').evaluate((list) => list.scrollTop)).toBe(0);
    await page.getByTestId('pair-search').fill('');
    await page.locator('[data-testid="pairs"][data-total="60"]').waitFor();
    await page.getByTestId('pairs-scroller').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByText('Pair 60 of 60', { exact: true }).waitFor();
    await page.getByTestId('review-prompt').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('[data-current]').getByText('60', { exact: true }).waitFor();
    await page.getByTestId('pair-source').getByText('Round 1').click();
    await page.locator('[data-testid="pairs"][data-total="4"]').waitFor();
    await page.getByTestId('pairs-scroller').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByTestId('pair-review').waitFor();
    await place(3);
  });

  it('are found again by their address, over a reload and on the way back, which closes the review', async () => {
    const list = (total: string | null) => page.locator(`[data-testid="pairs"][data-total="${total}"]`).waitFor();
    const entries = () => page.evaluate(() => history.length);
    const search = page.getByTestId('pair-search');
    await page.reload();
    await place(3);
    await page.goBack();
    await page.locator('[data-current]').getByText('3', { exact: true }).waitFor();
    await page.getByTestId('pair-source').getByText('Original').click();
    await list('60');
    const before = await entries();
    // So slowly that every letter is searched for.
    await search.pressSequentially('kite', { delay: 400 });
    await page.waitForURL(/#.*round=original&search=kite$/);
    expect(await entries()).toBe(before);
    await page.locator('[data-testid="pairs"]:not([data-total="60"])').waitFor();
    const kites = await page.getByTestId('pairs').getAttribute('data-total');
    await page.reload();
    await list(kites);
    expect(await search.inputValue()).toBe('kite');
    await page.getByTestId('pair-source').getByText('Round 1').click();
    await search.fill('');
    await list('4');
    await page.goBack();
    await list(kites);
    expect(await search.inputValue()).toBe('kite');
    await openPairs();
    await list('4');
    expect(await search.inputValue()).toBe('');
  });

  it('of the dataset are scored by the reward model when asked, those that it contradicts first', async () => {
    await page.getByTestId('pair-source').getByText('Original').click();
    await page.locator('[data-testid="original-rewards"][data-unscored="60"]').waitFor();
    await page.getByTestId('score-originals').click();
    await page.locator('[data-testid="original-rewards"][data-unscored="0"]').waitFor({ timeout: 2 * MINUTE });
    await page.getByTestId('pair-margin').first().waitFor();
    await page.getByTestId('contradicted-labels').click();
    await page.getByTestId('contradicted-labels').waitFor({ state: 'detached' });
    // The list before stays until the new one is there.
    await page.locator('[data-testid="pairs"]:not([data-total="60"])').waitFor();
    const margins = page.getByTestId('pair-margin');
    const values = await margins.evaluateAll((found) => found.map((one) => Number(one.getAttribute('data-value'))));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(Math.max(...values)).toBeLessThanOrEqual(0);
    await page.reload();
    await openPairs();
    await page.getByTestId('start-review').click();
    await place(1);
  });

  it('are decided by keys, edited, and undone', async () => {
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await place(1);
    for (const key of ['2', '3', '1', '4']) await page.keyboard.press(key);
    await reviewed(4);
    await page.keyboard.press('u');
    await reviewed(3);
    await place(4);
    const tokens = page.getByTestId('review-chosen').getByTestId('tokens');
    await page.keyboard.press('t');
    await tokens.waitFor({ timeout: MINUTE });
    await page.keyboard.press('e');
    await page.getByTestId('edit-chosen').fill('of course, happy to help');
    await page.keyboard.press('Control+Enter');
    await verdict('kept, edited');
    await tokens.getByText(/of\s*course,\s*happy\s*to\s*help/).waitFor({ timeout: MINUTE });
    expect(await page.getByTestId('counts-from').textContent()).toContain('Round 1, DPO training');
    // Two models are there, the base and SFT: they weigh each token.
    await page.keyboard.press('l');
    const total = page.getByTestId('log-ratio-chosen');
    await total.waitFor({ timeout: MINUTE });
    expect(await total.textContent()).toMatch(/log-ratio [+−][\d.e-]+ nats/);
    const legend = page.getByTestId('ratio-legend');
    expect([await legend.getAttribute('data-model'), await legend.getAttribute('data-against')]).toEqual([
      'sft',
      'base',
    ]);
    expect(await legend.textContent()).toContain('likelier under SFT than under Base');
    await page.keyboard.press('l');
    await page.keyboard.press('t');
  });

  it('keep their decisions through a reload, and still undo them', async () => {
    await page.reload();
    // The same pair is under review.
    await place(4);
    await verdict('kept, edited');
    await openPairs();
    await reviewed(4);
    const [first] = texts;
    // The list shows the flipped pair as it stands, and so do the review and the form.
    const row = page.getByTestId('pair').first();
    expect(await row.getByTestId('pair-chosen').textContent()).toBe(first?.rejected.trim());
    expect(Number(await row.getByTestId('pair-margin').getAttribute('data-value'))).toBeLessThan(0);
    await page.getByTestId('pairs-scroller').focus();
    await page.keyboard.press('Home');
    await page.getByTestId('start-review').click();
    await verdict('flipped');
    expect(await page.getByTestId('review-margin').textContent()).toMatch(/^margin \? −/);
    expect(await page.getByTestId('review-chosen').textContent()).toContain(first?.rejected.trim());
    await page.keyboard.press('e');
    expect(await page.getByTestId('edit-chosen').inputValue()).toBe(first?.rejected.trimStart());
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowRight');
    await verdict('tie');
    expect(await page.getByTestId('review-use').textContent()).toBe('left out');
    await page.keyboard.press('u');
    await place(4);
    await verdict('');
    await page.keyboard.press('4');
    await reviewed(4);
    await page.keyboard.press('Escape');
  });

  it('are voted on blindly, and the agreement is told', async () => {
    await page.getByTestId('start-blind').click();
    await page.getByTestId('blind-left').waitFor();
    expect(await page.getByTestId('blind-review').textContent()).not.toMatch(/[Cc]hosen|[Rr]ejected/);
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft', '1', '2', '3']) await page.keyboard.press(key);
    await reviewed(3);
    expect(await page.getByTestId('agreement-reward').count(), 'hidden until it is asked for').toBe(0);
    await page.keyboard.press('a');
    await page.locator('[data-testid="agreement-reward"][data-votes="3"]').waitFor();
    await page.keyboard.press('u');
    await page.locator('[data-testid="agreement-reward"][data-votes="2"]').waitFor();
    await page.keyboard.press('Escape');
  });

  it('are chosen by keys and clicks, and decided about together', async () => {
    const flagged = page.getByTestId('pair-verdict').getByText('flagged');
    const bulk = async (action: string) => {
      await page.getByTestId('bulk-menu').click();
      await page.getByTestId(`bulk-${action}`).click();
    };
    await page.getByTestId('pairs-scroller').focus();
    for (const key of ['Home', 'Space', 'ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key);
    await page.getByText('Decide 3 chosen').waitFor();
    await page.getByTestId('pair-choose').nth(1).click();
    await page.getByText('Decide 2 chosen').waitFor();
    await bulk('flag');
    await flagged.nth(1).waitFor();
    expect(await flagged.count()).toBe(2);
    await bulk('unflag');
    await flagged.first().waitFor({ state: 'detached' });
    await page.getByTestId('pairs-scroller').focus();
    await page.keyboard.press('Escape');
    await page.getByText('Decide all 4 found').waitFor();
  });

  it('are exported as decided', async () => {
    await page.getByTestId('export-menu').click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-found').click()]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\n');
    const [flipped, , kept] = texts;
    expect(lines.map((line) => JSON.parse(line) as PreferencePair)).toEqual([
      { prompt: flipped?.prompt, chosen: flipped?.rejected, rejected: flipped?.chosen },
      { prompt: kept?.prompt, chosen: kept?.chosen, rejected: kept?.rejected },
    ]);
  });

  it('are trained on as decided when the run goes on, with its evaluation left out and made after all', async () => {
    const evaluation = () =>
      page.evaluate((id) => {
        const run = window.whetstone.state().runs.find((candidate) => candidate.id === id);
        return [run?.stages.at(-1)?.status, run?.evaluation !== null] as const;
      }, runId);
    await page.goto(`${site.address}#/run/${runId}/progress`);
    await page.getByTestId('stage-round1.evaluate').click();
    await page.getByTestId('omit-stage').click();
    await page.getByTestId('omit-stage-confirm').click();
    await page.locator('[data-testid="stage-round1.evaluate"][data-status="omitted"]').waitFor();
    await page.getByTestId('continue-run').click();
    expect(await waitForRun(page, runId, 5 * MINUTE)).toBe('finished');
    expect(await evaluation()).toEqual(['omitted', false]);
    await page.getByTestId('include-stage').click();
    await page.getByTestId('continue-run').click();
    await page.waitForFunction(
      (id) => window.whetstone.state().runs.find((run) => run.id === id)?.status === 'running',
      runId,
    );
    expect(await waitForRun(page, runId, 5 * MINUTE)).toBe('finished');
    expect(await evaluation()).toEqual(['done', true]);
    const stage = await page.evaluate((id) => {
      const run = window.whetstone.state().runs.find((candidate) => candidate.id === id);
      return run?.stages.find((candidate) => candidate.id === 'round1.train');
    }, runId);
    // Pairs 2 and 4 are left out, whatever the filters said; pair 1 is turned round, pair 3 is kept.
    expect(stage?.summary['synthetic_pairs']).toBe(2);
    expect(stage?.notes.some((note) => /changed by review: 1 flipped/.test(note))).toBe(true);
    const audit = await page.evaluate(async (id) => {
      const text = async (path: string) => (await window.whetstone.getOutput(id, path)).text();
      return {
        log: JSON.parse(await text('pair_reviews.json')) as { how: string }[],
        used: JSON.parse(await text('dpo_round1/pair_reviews.json')) as { decision: string }[],
        pairs: JSON.parse(await text('synthetic_preferences.json')) as { review?: { decision: string } }[],
      };
    }, runId);
    expect(audit.log.filter(({ how }) => how === 'undo').length).toBe(3);
    expect(audit.used.map(({ decision }) => decision)).toContain('flip');
    expect(audit.pairs.map(({ review }) => review?.decision)).toEqual(['flip', 'tie', 'keep', 'drop']);
  });

  it('are decided anew, and the finished stage is made again with what depends on it', async () => {
    const stages = () =>
      page.evaluate((id) => window.whetstone.state().runs.find((run) => run.id === id)?.stages ?? [], runId);
    const text = (path: string) =>
      page.evaluate(async (at) => (await window.whetstone.getOutput(at.runId, at.path)).text(), { runId, path });
    const before = { stages: await stages(), evaluation: await text('evaluation_results.json') };
    // Loaded again, the review begins at the first pair.
    await page.reload();
    await openPairs();
    await page.getByTestId('start-review').click();
    await verdict('flipped');
    await page.keyboard.press('1');
    await page.keyboard.press('Escape');
    await page.goto(`${site.address}#/run/${runId}/progress`);
    await page.getByTestId('stage-round1.train').click();
    await page.getByTestId('redo-stage').click();
    await page.getByTestId('redo-stage-confirm').click();
    await page.waitForFunction(
      (id) => window.whetstone.state().runs.find((run) => run.id === id)?.status === 'running',
      runId,
    );
    expect(await waitForRun(page, runId, 5 * MINUTE)).toBe('finished');
    const trained = (await stages()).find(({ id }) => id === 'round1.train');
    expect(trained?.notes.some((note) => /flipped/.test(note))).toBe(false);
    expect(trained?.summary['synthetic_pairs']).toBe(2);
    expect(await text('evaluation_results.json')).not.toBe(before.evaluation);
    expect((await stages()).map(({ id, status }) => [id, status])).toEqual(
      before.stages.map(({ id, status }) => [id, status]),
    );
    expect(complaints).toEqual([]);
  });
});
