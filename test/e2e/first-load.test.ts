/**
 * The first visit and the ones after it: how much JavaScript comes before the workers, that the page can be installed, and that it
 * opens without a network, with the demo.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/lib/build.mjs';
import { distFolder } from '../../scripts/lib/paths.mjs';
import { serveFolder, studioPolicy } from '../../scripts/serve.mjs';
import { type TestBrowser, launchBrowser } from '../support/browser';
import { describeWith } from '../support/needs';
import { keepPictures } from './studio-driver';

const MINUTE = 60_000;
/** Bytes of gzip, from the issue. */
const budget = 350_000;

describeWith(['chromium'], 'the first visit', () => {
  let site: Awaited<ReturnType<typeof serveFolder>>;
  let browser: TestBrowser;

  beforeAll(async () => {
    ensureBuilt();
    site = await serveFolder({ folder: distFolder, port: 0, policy: studioPolicy });
    browser = await launchBrowser({ adapter: 'lavapipe' });
  });

  keepPictures('first-load', () => browser?.page);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('loads at most 350 KB of JavaScript before the worker, and tfjs in the worker only', async () => {
    const { page } = browser;
    const loaded = new Set<string>();
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') loaded.add(new URL(response.url()).pathname);
    });
    await page.goto(site.address);
    await page.getByTestId('run-demo').waitFor({ timeout: MINUTE });
    const scripts = [...loaded].filter((path) => path.startsWith('/assets/') && !path.includes('.worker-'));
    expect(scripts.length).toBeGreaterThan(1);
    const sizes = scripts.map((path) => gzipSync(readFileSync(join(distFolder, path))).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`first load: ${(total / 1000).toFixed(0)} kB of JavaScript (gzip) in ${scripts.length} files`);
    expect(total).toBeLessThan(budget);
    for (const path of scripts) expect(readFileSync(join(distFolder, path), 'utf8')).not.toContain('WebGPUBackend');
  });

  it('can be installed', async () => {
    const client = await browser.context.newCDPSession(browser.page);
    const { errors, url } = await client.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    expect(url).toContain('manifest.webmanifest');
    const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);
  });

  it('opens without a network afterwards, with its worker and its GPU', async () => {
    const { page } = browser;
    // The service worker is active once everything that it keeps is stored.
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await site.close();
    await page.goto('about:blank');
    await page.goto(site.address);
    const state = await page.evaluate(() => window.whetstone.ready());
    expect(state).toMatchObject({ connection: 'ready', deviceError: null });
    expect(state.adapter).not.toBeNull();
    await page.goto(`${site.address}#/setup`);
    await page.getByTestId('start-run').waitFor({ timeout: MINUTE });
  });

  it('begins the demo without a network, which was never run before', async () => {
    const { page } = browser;
    await page.goto(`${site.address}#/demo`);
    await page.getByTestId('run-demo-quick').click();
    await page.getByTestId('run-status').waitFor({ timeout: 2 * MINUTE });
    const { models, datasets, runs } = await page.evaluate(() => window.whetstone.state());
    expect([models.length, datasets.length, runs.length]).toEqual([1, 1, 1]);
    await page.evaluate(() => window.whetstone.cancelRun(window.whetstone.state().runs[0]?.id ?? ''));
  });
});
