/**
 * A model of the Hub in Chromium, from a mirror on loopback: nothing is asked before a button is pressed, a download is cut three
 * times and interrupted by a reload, goes on, and ends as a model that a run can use; a gated one needs its token.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, type TestBrowser } from '../support/browser';
import { mirrorModel, openMirror, type Mirror } from '../support/hub-mirror';
import { describeWith } from '../support/needs';
import { modelFolder, openSite, type Site } from './studio-driver';

const weightsBytes = statSync(join(modelFolder, 'model.safetensors')).size;
const smallBytes = ['config', 'generation_config', 'tokenizer', 'tokenizer_config', 'special_tokens_map']
  .map((name) => statSync(join(modelFolder, `${name}.json`)).size)
  .reduce((sum, bytes) => sum + bytes, 0);

describeWith(['chromium'], 'a model of the Hub', () => {
  let site: Site;
  let mirror: Mirror;
  let browser: TestBrowser;
  let page: Page;
  const complaints: string[] = [];
  const hosts = new Set<string>();

  beforeAll(async () => {
    site = await openSite();
    mirror = await openMirror();
    mirror.models.set('tiny/llama', mirrorModel(modelFolder));
    const gated = join(modelFolder, '..', 'qwen3-f16');
    mirror.models.set('tiny/gated', mirrorModel(gated, { token: 'hf_secret', licence: 'other' }));
    browser = await launchBrowser({ adapter: 'lavapipe' });
    page = browser.page;
    page.on('pageerror', (error) => complaints.push(error.message));
    browser.context.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.goto(`${site.address}#/setup`);
    await page.evaluate(() => window.whetstone.ready());
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await mirror?.close();
  });

  const fromHub = async () => {
    await page.getByText('Hugging Face Hub', { exact: true }).click();
    await page.getByTestId('hub-model-access').click();
    await page.getByTestId('hub-model-endpoint').fill(mirror.endpoint);
  };
  const lookUp = async (id: string) => {
    await page.getByTestId('hub-model-id').fill(id);
    await page.getByTestId('hub-model-look-up').click();
  };
  const fetched = () => mirror.seen.filter(({ method, path }) => method === 'GET' && path.includes('safetensors'));

  it('is asked about only on request, and shows size, licence, architecture and memory before any weights', async () => {
    await fromHub();
    await page.getByTestId('hub-model-id').fill('tiny/llama');
    expect(mirror.seen).toEqual([]);
    expect([...hosts]).toEqual([new URL(site.address).host]);
    await page.getByTestId('hub-model-look-up').click();
    await page.getByTestId('hub-facts').waitFor();
    await page.waitForFunction(() =>
      /\d [MG]B of/.test(document.querySelector('[data-testid="hub-facts"]')?.textContent ?? ''),
    );
    const facts = (await page.getByTestId('hub-facts').textContent()) ?? '';
    for (const wanted of ['apache-2.0', 'llama', '512 tokens', 'known once it runs']) expect(facts).toContain(wanted);
    expect(mirror.seen.length).toBeGreaterThan(1);
    expect(fetched()).toEqual([]);
  });

  it('is downloaded through three cuts, shows progress, and stops in the middle', async () => {
    mirror.faults.cuts.push(40_000, 30_000, 20_000);
    mirror.faults.stallAfter = 10_000;
    await page.getByTestId('hub-model-download').click();
    await page.getByTestId('hub-progress').waitFor();
    await page.waitForFunction(
      (enough) => Number(document.querySelector('[data-testid="hub-progress"]')?.getAttribute('data-bytes')) > enough,
      smallBytes + 90_000,
      { timeout: 60_000 },
    );
    // The rest of what the fourth answer gives before it holds back.
    await page.waitForTimeout(500);
    expect(mirror.faults.cuts).toEqual([]);
    expect(await page.evaluate(() => window.whetstone.state().models)).toEqual([]);
  });

  it('goes on after a reload where it was, and can then be used', async () => {
    await page.reload();
    await page.evaluate(() => window.whetstone.ready());
    mirror.faults.stallAfter = null;
    await page.getByText('Hugging Face Hub', { exact: true }).click();
    await page.getByText('Downloaded models: 1, 1 of them in part').click();
    await page.getByTestId('resume-download').click();
    await page.getByTestId('model-facts').waitFor({ timeout: 60_000 });
    const facts = (await page.getByTestId('model-facts').textContent()) ?? '';
    expect(facts).toContain('apache-2.0');
    const starts = fetched()
      .filter(({ server }) => server === 'cdn')
      .map(({ range }) => Number(/\d+/.exec(range ?? '')?.[0]));
    expect(starts).toEqual([0, 40_000, 70_000, 90_000, 100_000]);
    expect(weightsBytes).toBeGreaterThan(100_000);
    await page.getByTestId('plan-sft').waitFor({ timeout: 60_000 });
    const [model] = await page.evaluate(() => window.whetstone.state().models);
    expect(model).toMatchObject({ name: 'tiny/llama', architecture: 'llama', source: { name: 'tiny/llama' } });
    expect(await page.getByTestId('start-reason').textContent()).toBe('Choose a data file first.');
  });

  it('that is gated needs a token, which goes to the Hub and not to the server behind it', async () => {
    await page.getByTestId('hub-model-access').click();
    await page.getByTestId('hub-model-endpoint').fill(mirror.endpoint);
    await lookUp('tiny/gated');
    await page.getByTestId('hub-model-error').waitFor();
    expect(await page.getByTestId('hub-model-error').textContent()).toMatch(/gated.*give an access token/);
    await page.getByTestId('hub-model-token').fill('hf_secret');
    mirror.seen.length = 0;
    await page.getByTestId('hub-model-look-up').click();
    await page.getByTestId('hub-model-download').click();
    await page.getByTestId('model-select').waitFor();
    await page.waitForFunction(() => window.whetstone.state().models.length === 2, undefined, { timeout: 60_000 });
    const asked = mirror.seen.filter(({ method }) => method === 'GET');
    expect(new Set(asked.filter(({ server }) => server === 'hub').map((one) => one.authorization))).toEqual(
      new Set(['Bearer hf_secret']),
    );
    const behind = asked.filter(({ server }) => server === 'cdn');
    expect(behind.length).toBeGreaterThan(0);
    expect(behind.every(({ authorization }) => authorization === undefined)).toBe(true);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).not.toContain('hf_secret');
  });

  it('goes from the browser with its files', async () => {
    await page.getByTestId('delete-cached').first().click();
    await page.getByTestId('delete-cached-confirm').first().click();
    await page.waitForFunction(() => window.whetstone.state().models.length === 1);
    await page.getByText('Downloaded models: 1', { exact: true }).waitFor();
  });

  it('is all that was asked for: no other host, no error', () => {
    const allowed = [site.address, mirror.endpoint, mirror.cdn].map((address) => new URL(address).host);
    expect([...hosts].filter((host) => !allowed.includes(host))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
