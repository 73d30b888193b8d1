/** Looks at every page of a finished run with axe and for text that is cut, in light and dark, and keeps a picture of each. Leaves out what must be done first. */
import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { cutTexts } from './cut-text';
import { pictures } from './studio-driver';

const places = ['runs', 'setup', 'playground', 'artifacts', 'system', 'demo', 'guide'];
const tabs = ['progress', 'pairs', 'evaluation', 'outputs'];

/** The two windows that nothing may be cut in, each in one of the themes. */
const looks = [
  { colorScheme: 'light', size: { width: 1440, height: 900 } },
  { colorScheme: 'dark', size: { width: 1024, height: 768 } },
] as const;

/** What axe holds against the page as it is, one line a rule. */
async function violationsOf(page: Page, where: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(
    ({ id, nodes }) => `${where}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

/** Of all pages. @param address of the site, with its slash */
async function violationsOfPages(page: Page, address: string, runId: string): Promise<string[]> {
  mkdirSync(pictures, { recursive: true });
  const found: string[] = [];
  const usual = page.viewportSize();
  for (const { colorScheme, size } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(size);
    for (const place of [...places, ...tabs.map((tab) => `run/${runId}/${tab}`)]) {
      await page.goto(`${address}#/${place}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      // A page's parts come from its own files and from the workers.
      await page.waitForLoadState('networkidle');
      await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
      // The change of colours takes a frame, which a busy machine may be slow to draw.
      await page.waitForFunction(() => document.getAnimations().every((one) => !(one instanceof CSSTransition)));
      found.push(...(await violationsOf(page, `${colorScheme} ${place}`)));
      for (const text of await cutTexts(page)) found.push(`${colorScheme} ${place}: cut ${text}`);
      const name = `${place.replace(runId, '').replaceAll('/', '-')}-${colorScheme}.png`;
      await page.screenshot({ path: join(pictures, name) });
    }
  }
  if (usual) await page.setViewportSize(usual);
  return found;
}

/** What only some states show: a dialog, and tables that are wider than a phone. */
async function violationsOfStates(page: Page, address: string, runId: string): Promise<string[]> {
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByRole('table').first().waitFor();
  const found = await violationsOf(page, 'dialog');
  await page.keyboard.press('Escape');
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${address}#/run/${runId}/evaluation`);
  await page.getByTestId('answers-cards').waitFor();
  found.push(...(await violationsOf(page, 'evaluation at 390')));
  if (size) await page.setViewportSize(size);
  return found;
}

/** Leaves the page in light. */
export async function lookAtPages(page: Page, address: string, runId: string): Promise<string[]> {
  const found = await violationsOfPages(page, address, runId);
  found.push(...(await violationsOfStates(page, address, runId)));
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  return found;
}
