/**
 * Models of the library in the playground, in Chromium and by the real engine: from an empty studio over an imported model and adapters
 * to their responses side by side, without data or a run; on a phone's window; and gone with the model. One journey.
 */
import { AxeBuilder } from '@axe-core/playwright';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestBrowser, launchBrowser } from '../support/browser';
import { describeWith } from '../support/needs';
import { keepPictures, modelFolder, openSite, type Site } from './studio-driver';

const MINUTE = 60_000;
const gpt2Folder = join(modelFolder, '..', 'gpt2-f16');

describeWith(['chromium'], 'a model of the library', () => {
  let site: Site;
  let browser: TestBrowser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    site = await openSite();
    browser = await launchBrowser({ adapter: 'lavapipe' });
    page = browser.page;
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${site.address}#/playground`);
    await page.evaluate(() => window.whetstone.ready());
  });

  keepPictures('library playground', () => page);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const answers = () => page.locator('[data-testid="answer"][data-finished="true"]');
  const ask = async (text: string) => {
    await page.getByTestId('ask-field').fill(text);
    await page.keyboard.press('Enter');
  };

  it('is imported from the empty playground on, with adapters', async () => {
    await page.getByText('No model to talk to yet').waitFor();
    await page.getByTestId('playground-import').click();
    await page.getByTestId('artifacts-page').waitFor();
    await page.getByTestId('import-panel').click();
    await page.getByTestId('model-folder').setInputFiles(modelFolder);
    await page.waitForFunction(() => window.whetstone.state().models.length === 1, null, { timeout: MINUTE });
    for (const [i, folder] of [join(modelFolder, 'adapter_sft'), join(gpt2Folder, 'adapter')].entries()) {
      await page.getByTestId('adapter-folder').setInputFiles(folder);
      await page.waitForFunction((count) => window.whetstone.state().importedAdapters.length === count, i + 1);
    }
  });

  it('is offered with the adapters that fit it, and says that votes need a run', async () => {
    await page.getByRole('link', { name: 'Playground', exact: true }).click();
    expect(await page.getByTestId('playground-source').inputValue()).toBe('llama-tiny');
    await page.getByTestId('votes-need-run').waitFor();
    await page.getByTestId('playground-right').click();
    // Until the data worker has looked at them, all are offered.
    await page.getByRole('option', { name: 'adapter', exact: true }).waitFor({ state: 'detached' });
    expect(await page.getByRole('option').allTextContents()).toEqual(['None', 'Base', 'adapter_sft']);
    await page.getByRole('option', { name: 'adapter_sft' }).click();
  });

  it('answers beside its adapter, without rewards, and one of them again', async () => {
    await ask('What is a whetstone for?');
    await answers()
      .nth(1)
      .waitFor({ timeout: 2 * MINUTE });
    const models = await answers().evaluateAll((found) => found.map((one) => one.getAttribute('data-model')));
    expect(models).toEqual(['base', expect.stringMatching(/^adapter:/)]);
    const [base, adapted] = await page.getByTestId('answer-text').allTextContents();
    expect(base).not.toBe('');
    expect(adapted).not.toBe(base);
    expect(await page.getByTestId('answer-speed').count()).toBe(2);
    expect(await page.getByTestId('answer-reward').count()).toBe(0);
    await page.getByTestId('regenerate').nth(1).click();
    await page.waitForFunction(
      (before) => document.querySelectorAll('[data-testid="answer-text"]')[1]?.textContent !== before,
      adapted,
    );
    await page.getByTestId('ask-again').waitFor({ timeout: MINUTE });
    expect(await page.getByTestId('answer-text').first().textContent()).toBe(base);
  });

  it('keeps the conversation over a reload, and is stopped by a key', async () => {
    await page.reload();
    await page.evaluate(() => window.whetstone.ready());
    await page.getByText('What is a whetstone for?').waitFor();
    await page.getByLabel('Longest response').fill('400');
    await ask('And then?');
    // At once, because this model writes its 400 tokens sooner than a busy machine shows them.
    await page.keyboard.press('Escape');
    await page.getByTestId('ask-again').waitFor({ timeout: MINUTE });
    expect(await page.getByTestId('answer').last().textContent()).toMatch(/stopped/);
    const state = await page.evaluate(() => window.whetstone.state());
    expect([state.runs, state.datasets]).toEqual([[], []]);
  });

  it('on a phone has the sampling settings in one line, which the keyboard opens', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const fold = page.getByTestId('sampling-fold');
    await fold.waitFor();
    expect(await fold.textContent()).toBe('temperature 0.7 · top-p 0.95 · 400 tokens');
    const temperature = page.getByLabel('Temperature');
    expect(await temperature.isVisible()).toBe(false);
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
    await fold.focus();
    await page.keyboard.press('Enter');
    await temperature.waitFor();
    await temperature.fill('0');
    await page.getByText('temperature 0 ·').waitFor();
    expect(await fold.getAttribute('aria-expanded')).toBe('true');
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await fold.waitFor({ state: 'detached' });
    expect(await temperature.inputValue()).toBe('0');
  });

  it('takes its conversation along when it is deleted', async () => {
    await page.getByRole('link', { name: 'Artifacts', exact: true }).click();
    const row = page.locator('[data-testid="artifact-row"][data-kind="model"]');
    await row.getByTestId('delete-artifact').click();
    await page.getByTestId('delete-artifact-confirm').click();
    await page.waitForFunction(() => window.whetstone.state().models.length === 0);
    await page.getByRole('link', { name: 'Playground', exact: true }).click();
    await page.getByText('No model to talk to yet').waitFor();
    await page.reload();
    await page.getByText('No model to talk to yet').waitFor();
    expect(await page.evaluate(() => localStorage.getItem('whetstone.playground'))).toContain('"turns":[]');
  });

  it('threw nothing', () => {
    expect(complaints).toEqual([]);
  });
});
