/**
 * The browser is killed in the middle of a run: afterwards the run is shown as it was and goes on after its last finished
 * stage; then it is cancelled and continued once more, through the page's buttons.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestBrowser, launchBrowser } from '../support/browser';
import { describeWith } from '../support/needs';
import {
  keepPictures,
  openSite,
  readStage,
  type Site,
  type StageView,
  startTinyRun,
  waitForRun,
} from './studio-driver';

const MINUTE = 60_000;

/** Kills the browser of a profile as a crash would: its main process, at once. The profile's name is this test's own. */
function killBrowser(profile: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let command = '';
    try {
      command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      continue; // it ended meanwhile
    }
    if (command.includes(`--user-data-dir=${profile}`) && !command.includes('--type='))
      process.kill(Number(pid), 'SIGKILL');
  }
}

describeWith(['chromium'], 'after the browser crashed', () => {
  let site: Site;
  let profile: string;
  let browser: TestBrowser;
  let runId: string;
  let sft: StageView;

  beforeAll(async () => {
    site = await openSite();
    profile = mkdtempSync(join(tmpdir(), 'whetstone-crash-'));
    browser = await launchBrowser({ adapter: 'lavapipe', userDataDir: profile });
    await browser.page.goto(`${site.address}#/setup`);
  });

  keepPictures('crash', () => browser?.page);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it('loses nothing of the finished stages', async () => {
    runId = await startTinyRun(browser.page, site.files);
    await browser.page.waitForFunction((id) => window.whetstone.metrics(id, 'reward').length >= 2, runId, {
      timeout: 5 * MINUTE,
    });
    sft = await readStage(browser.page, runId, 'sft');
    const closed = browser.context.waitForEvent('close');
    killBrowser(profile);
    await closed;

    browser = await launchBrowser({ adapter: 'lavapipe', userDataDir: profile });
    await browser.page.goto(`${site.address}#/run/${runId}/progress`);
    await browser.page.getByTestId('continue-run').waitFor();
    expect(await browser.page.getByTestId('run-status').getAttribute('data-status')).toBe('interrupted');
    expect(await readStage(browser.page, runId, 'sft')).toEqual(sft);
    const outputs = await browser.page.evaluate((id) => {
      const run = window.whetstone.state().runs.find((candidate) => candidate.id === id);
      return run?.outputs.map(({ path }) => path) ?? [];
    }, runId);
    expect(outputs).toContain('sft_model/adapter_model.safetensors');
  });

  it('continues after the last finished stage, can be cancelled, continued again, and finishes', async () => {
    const { page } = browser;
    await page.getByTestId('continue-run').click();
    await page.getByTestId('cancel-run').click();
    await page.getByTestId('cancel-run-confirm').click();
    await page.getByTestId('continue-run').waitFor({ timeout: 2 * MINUTE });
    expect(await page.getByTestId('run-status').getAttribute('data-status')).toBe('cancelled');
    await page.getByTestId('continue-run').click();
    await page.getByTestId('pause-run').waitFor({ timeout: MINUTE });
    expect(await waitForRun(page, runId, 8 * MINUTE)).toBe('finished');
    const after = await readStage(page, runId, 'sft');
    expect({ steps: after.steps, losses: after.losses }).toEqual({ steps: sft.steps, losses: sft.losses });
    const reward = await readStage(page, runId, 'reward');
    expect(reward.steps).toEqual(Array.from({ length: reward.done }, (_, i) => i + 1));
  });
});
