/** The studio by keyboard alone, in Chromium: keys lead to every page, the focus goes there, and fields keep their letters. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { placeNames } from '../../src/ui/app/place-names';
import { launchBrowser, type TestBrowser } from '../support/browser';
import { describeWith } from '../support/needs';
import { openSite, type Site } from './studio-driver';

describeWith(['chromium'], 'the keyboard', () => {
  let site: Site;
  let browser: TestBrowser;
  let page: Page;
  const complaints: string[] = [];
  const focused = () => page.evaluate(() => document.activeElement?.id ?? '');

  beforeAll(async () => {
    site = await openSite();
    browser = await launchBrowser({ adapter: 'lavapipe' });
    page = browser.page;
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${site.address}#/runs`);
    await page.evaluate(() => window.whetstone.ready());
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('comes to the page itself by its first stop', async () => {
    await page.keyboard.press('Tab');
    const skip = page.getByTestId('skip');
    expect(await skip.evaluate((button) => button === document.activeElement)).toBe(true);
    expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('main');
    expect((await skip.boundingBox())?.x).toBeLessThan(0);
  });

  it('leads to every page, and the focus goes there', async () => {
    for (const { page: place, title, letter } of placeNames) {
      await page.keyboard.press('g');
      await page.keyboard.press(letter);
      await page.waitForFunction((hash) => location.hash === hash, `#/${place}`);
      await page.waitForFunction((words) => document.title === words, `${title} · Whetstone`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      // The page that was there at first is no new one.
      if (place !== 'runs') await page.waitForFunction(() => document.activeElement?.id === 'main');
    }
  });

  it('says its keys, and leaves the letters of a field alone', async () => {
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.waitFor();
    expect(await keys.getByRole('row').count()).toBe(placeNames.length + 1);
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    await page.goto(`${site.address}#/setup`);
    const field = page.getByRole('textbox').first();
    await field.fill('');
    await field.pressSequentially('g?r');
    expect(await field.inputValue()).toBe('g?r');
    expect(new URL(page.url()).hash).toBe('#/setup');
    expect(await keys.count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
