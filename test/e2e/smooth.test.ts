/**
 * The page stays smooth while it works: no task of its main thread over 50 milliseconds while the charts of a stage stream 50,000
 * points, and while one scrolls through 200,000 pairs during the same stream. The workers are simulated (simulated-worker.ts); the page is the built one.
 */
import { availableParallelism, loadavg } from 'node:os';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestBrowser, launchBrowser } from '../support/browser';
import { GATHER_MS } from '../../workers/progress-batches';
import { describeWith } from '../support/needs';
import { openSite, type Site } from './studio-driver';
import { simulatePairs, simulateWorker, type Simulation } from './simulated-worker';
import { watchTasks, type TaskReport } from './task-watch';

const LONGEST_MS = 50;
/** Other programs of the machine can hold a task up; the page's own work cannot be shorter than its best try. */
const TRIES = 2;
const simulation: Simulation = {
  runId: 'simulated',
  stageId: 'round2.train',
  points: 50_000,
  perSecond: 2500,
  everyMs: GATHER_MS,
};
/** Everything that can be drawn: smoothed and raw lines, and the earlier round. */
const settings = { smoothing: 0.6, logarithmic: false, axis: 'step', earlier: true };

const say = ({ observed, longestComputed, tasks, framesPerSecond }: TaskReport) =>
  `the longest of ${tasks} tasks computed ${longestComputed.toFixed(0)} ms; the observer saw ${observed.length} over 50 ms, ` +
  `the longest ${Math.max(0, ...observed)} ms; ${framesPerSecond.toFixed(0)} frames a second`;

/** Whether other programs hold the page up, so that only what it computed itself can be judged. */
const machineIsBusy = () => loadavg()[0]! > availableParallelism();

function expectSmooth({ observed, longestComputed }: TaskReport): void {
  expect(longestComputed).toBeLessThan(LONGEST_MS);
  if (!machineIsBusy()) expect(observed).toEqual([]);
}

async function openRun(page: Page, site: Site): Promise<void> {
  await page.goto(`${site.address}#/run/${simulation.runId}/progress`);
  await page.reload();
  await page.evaluate(() => window.whetstone.ready());
}

const shownPoints = (page: Page, count: number) =>
  page.waitForFunction(
    (wanted) => Number(document.querySelector('[data-testid="points-count"]')?.getAttribute('data-value')) >= wanted,
    count,
    { timeout: 120_000, polling: 250 },
  );

/** Streams all points while the charts are shown. The first tenth is the first rendering, not the steady state. */
async function streamOnCharts(page: Page) {
  await page.evaluate((id) => window.whetstone.continueRun(id), simulation.runId);
  await shownPoints(page, simulation.points / 10);
  const stop = await watchTasks(page);
  await shownPoints(page, simulation.points);
  return stop();
}

const PAIRS = 200_000;
const FRAMES = 240;

/** Scrolls the list of pairs by `pixels` a frame while points go on coming. */
async function scrollPairs(page: Page, pixels: number) {
  const stop = await watchTasks(page);
  const place = await page.getByTestId('pairs-scroller').evaluate(
    async (scroller, [step, frames]) => {
      const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      for (let frame = 0; frame < frames; frame++) {
        scroller.scrollTop += step;
        await nextFrame();
      }
      return scroller.scrollTop;
    },
    [pixels, FRAMES] as const,
  );
  return { report: await stop(), place };
}

describeWith(['chromium'], 'the page under a simulated stream of points', () => {
  let site: Site;
  let browser: TestBrowser;

  beforeAll(async () => {
    site = await openSite();
    browser = await launchBrowser({ adapter: 'lavapipe' });
    await simulateWorker(browser.page, simulation);
    await simulatePairs(browser.page, PAIRS);
    await browser.page.addInitScript(
      (text) => localStorage.setItem('whetstone-charts', text),
      JSON.stringify(settings),
    );
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('has no long task on its main thread while charts stream', { retry: TRIES - 1 }, async () => {
    const { page } = browser;
    await openRun(page, site);
    const charts = await streamOnCharts(page);
    console.log(`charts: ${say(charts)}`);
    const drawn = await page
      .getByTestId('chart-loss')
      .locator('[data-line]')
      .evaluateAll((paths) => paths.length);
    expect(drawn, 'own line, raw behind it, and the earlier round').toBe(3);
    expectSmooth(charts);
  });

  it.for([
    ['reading', 40],
    ['flying', 400],
  ] as const)('has none while one is %s through 200,000 pairs', { retry: TRIES - 1 }, async ([name, pixels]) => {
    const { page } = browser;
    await page.goto(`${site.address}#/run/${simulation.runId}/pairs`);
    await page.reload();
    await page.locator(`[data-testid="pairs"][data-total="${PAIRS}"]`).waitFor({ timeout: 60_000 });
    await page.evaluate((id) => window.whetstone.continueRun(id), simulation.runId);
    // The first rendering of rows is not the steady state.
    await scrollPairs(page, pixels);
    const { report, place } = await scrollPairs(page, pixels);
    console.log(`pairs, ${name}: ${say(report)}`);
    expect(place).toBe(2 * FRAMES * pixels);
    await page.getByTestId('pair').first().waitFor();
    const shown = await page.getByTestId('pair').count();
    expect(shown).toBeGreaterThan(3);
    expect(shown, 'only what is in view is drawn').toBeLessThan(60);
    expectSmooth(report);
  });
});
