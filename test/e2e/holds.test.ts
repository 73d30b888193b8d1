/**
 * A run that waits for the person, in Chromium: told so before its start, it stops with its first pairs, waits over a reload and in a
 * second tab, leaves the GPU to the playground, trains on what was decided, stops once more where it was told, and ends in windows that each
 * have a worker of their own. One journey.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestBrowser, launchBrowser } from '../support/browser';
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
const recipe = { ...tinyRecipe, name: 'holds', sftEpochs: 1, rewardEpochs: 1 };

describeWith(['chromium'], 'a run that waits for a person', () => {
  let site: Site;
  let browser: TestBrowser;
  let page: Page;
  let runId: string;

  const runState = (of: Page = page) =>
    of.evaluate((id) => window.whetstone.state().runs.find((run) => run.id === id), runId);
  const violations = async () =>
    (await new AxeBuilder({ page }).analyze()).violations.map(
      ({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join()}`,
    );
  const banner = (of: Page = page) => of.getByTestId('held-banner');

  beforeAll(async () => {
    site = await openSite();
    browser = await launchBrowser({ adapter: 'lavapipe' });
    page = browser.page;
    await page.goto(`${site.address}#/setup`);
  });

  keepPictures('holds', () => page);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('is told so in the setup, and stops when its first round is scored', async () => {
    const file = join(dirname(site.files.recipe), 'holds.recipe.json');
    writeFileSync(file, JSON.stringify(recipe));
    await chooseModel(page, modelFolder);
    await chooseData(page, site.files.data);
    await chooseRecipe(page, file);
    expect(await page.getByTestId('wait-dpo').isChecked()).toBe(false);
    await page.getByTestId('wait-dpo').click();
    await page.getByTestId('start-run').click({ timeout: MINUTE });
    await page.getByTestId('run-status').waitFor({ timeout: MINUTE });
    runId = await page.evaluate(() => window.whetstone.state().runs[0]?.id ?? '');
    expect(await waitForRun(page, runId, 5 * MINUTE)).toBe('held');
    expect(await page.getByTestId('run-status').textContent()).toBe('waiting for you');
    const kept = (await runState())?.stages.find(({ id }) => id === 'round1.score')?.summary['kept'];
    expect(await banner().textContent()).toMatch(new RegExp(`Round 1: ${kept} pairs? ready`));
    expect(await page.getByTestId('stage-round1.train').getAttribute('data-status')).toBe('pending');
    // The page followed the run to where it waits.
    await page.locator('[data-testid="stage-detail"][data-stage="round1.train"]').waitFor();
  });

  it('says so without a violation of axe, in light and dark, its menu closed and open', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForFunction(() => document.getAnimations().every((one) => !(one instanceof CSSTransition)));
      expect(await violations()).toEqual([]);
      await page.getByTestId('hold-menu').click();
      await page.getByTestId('hold-review-dpo').waitFor();
      expect(await violations()).toEqual([]);
      await page.keyboard.press('Escape');
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  });

  it('waits over a reload, and in a second tab', async () => {
    await page.reload();
    await banner().waitFor({ timeout: MINUTE });
    const second = await browser.context.newPage();
    await second.goto(page.url());
    await banner(second).waitFor({ timeout: MINUTE });
    await second.close();
    expect((await runState())?.status).toBe('held');
  });

  it('leaves the GPU to the playground', async () => {
    await page.goto(`${site.address}#/playground`);
    await page.getByTestId('ask-field').fill('Hello?');
    await page.keyboard.press('Enter');
    await page
      .locator('[data-testid="answer"][data-finished="true"]')
      .nth(1)
      .waitFor({ timeout: 2 * MINUTE });
  });

  it('trains on what is decided meanwhile, and stops once more where it was told', async () => {
    await page.goto(`${site.address}#/run/${runId}/progress`);
    await page.getByTestId('review-held').click();
    await page.getByTestId('pair').first().waitFor({ timeout: MINUTE });
    await page.getByTestId('start-review').click();
    await page.getByTestId('pair-review').waitFor();
    await page.keyboard.press('2');
    await page.locator('[data-testid="reviewed-count"][data-value="1"]').waitFor();
    await page.getByTestId('hold-menu').click();
    await page.getByTestId('hold-stop-round1.train').click();
    await page.keyboard.press('Escape');
    await page.getByTestId('go-on').click();
    await page.waitForFunction(
      (id) => window.whetstone.state().runs.find((run) => run.id === id)?.held?.why === 'stop',
      runId,
      { timeout: 5 * MINUTE },
    );
    expect(await banner().textContent()).toContain('Stopped after Round 1, DPO training');
    const train = (await runState())?.stages.find(({ id }) => id === 'round1.train');
    expect(train?.summary['reviewed_pairs']).toBe(1);
    await page.getByTestId('cancel-held').click();
    await page.getByTestId('continue-run').first().waitFor();
    expect((await runState())?.status).toBe('cancelled');
  });

  it('without shared workers goes on in one window, which the others say, and in any of them when that is closed', async () => {
    await browser.context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
    const newWindow = async (): Promise<Page> => {
      const opened = await browser.context.newPage();
      await opened.goto(`${site.address}#/run/${runId}/progress`);
      await opened.getByTestId('run-status').waitFor({ timeout: MINUTE });
      return opened;
    };
    const watches = async (of: Page) => {
      const elsewhere = of.getByTestId('run-elsewhere');
      await elsewhere.waitFor();
      expect(await elsewhere.textContent()).toContain('This run goes on in another window');
      const buttons = elsewhere.getByRole('button');
      expect(await buttons.allTextContents()).toEqual(['Pause', 'Cancel']);
      for (const button of await buttons.all()) expect(await button.isDisabled()).toBe(true);
      for (const id of ['pause-run', 'resume-run', 'cancel-run', 'hold-menu', 'stop-after', 'omit-stage'])
        expect(await of.getByTestId(id).count(), id).toBe(0);
    };
    const untilPaused = async (of: Page) => {
      await of.getByTestId('continue-run').click({ timeout: MINUTE });
      await of.getByTestId('pause-run').click({ timeout: MINUTE });
      await of.getByTestId('resume-run').waitFor({ timeout: MINUTE });
    };
    await page.close();
    const first = await newWindow();
    expect(await first.evaluate(() => window.whetstone.state().workerKind)).toBe('dedicated');
    await untilPaused(first);
    page = await newWindow();
    await watches(page);
    expect(await violations()).toEqual([]);
    await first.close();
    // The stage that the closed window was in is made anew.
    await page.reload();
    await untilPaused(page);
    const third = await newWindow();
    await watches(third);
    await page.getByTestId('resume-run').click();
    expect(await waitForRun(page, runId, 5 * MINUTE)).toBe('finished');
    await third.reload();
    await third.locator('[data-testid="run-status"]').getByText('finished').waitFor({ timeout: MINUTE });
    expect(await third.getByTestId('run-elsewhere').count()).toBe(0);
    await third.close();
  });
});
