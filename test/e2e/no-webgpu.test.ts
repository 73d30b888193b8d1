/** Browsers without a usable WebGPU: the page says what is wrong and what to do, and is not blank. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findChromium } from '../../scripts/lib/software-adapters.mjs';
import { describeWith } from '../support/needs';
import { openSite, type Site } from './studio-driver';

/** A name that is no loopback address, so that the page is no secure context. */
const INSECURE = 'whetstone.test';

describeWith(['chromium-swiftshader'], 'without WebGPU', () => {
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    site = await openSite();
    browser = await chromium.launch({
      executablePath: findChromium() ?? '',
      // No flag that would switch WebGPU on: as Chrome on Linux is.
      args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  async function expectAdvice(page: Page): Promise<void> {
    const advice = page.getByTestId('no-webgpu');
    await advice.waitFor({ timeout: 60_000 });
    const text = (await advice.textContent()) ?? '';
    expect(text).toMatch(/Chrome or Edge 113/);
    expect(text).toContain('--enable-unsafe-webgpu');
    expect(text).toContain('--enable-features=Vulkan');
    expect(text).toContain('chrome://gpu');
    expect(await page.getByTestId('adapter').textContent()).toBe('no WebGPU');
    expect(await page.getByTestId('start-run').count()).toBe(0);
  }

  it('says what to do when there is no adapter, and keeps earlier runs reachable', async () => {
    const page = await browser.newPage();
    await page.goto(site.address);
    await expectAdvice(page);
    const state = await page.evaluate(() => window.whetstone.ready());
    expect(state.deviceError?.name).toBe('DeviceError');
    expect(state.adapter).toBeNull();
    await page.getByTestId('no-webgpu').getByRole('link', { name: 'Runs' }).click();
    await page.getByText('No runs yet').waitFor();
    await page.close();
  });

  it('says what to do where the page is no secure context', async () => {
    const page = await browser.newPage();
    await page.goto(site.address.replace('127.0.0.1', INSECURE));
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await expectAdvice(page);
    await page.close();
  });
});
