/** Chromium for end-to-end tests: a software adapter, a fresh or a lasting profile, and one page. Needs what needs.ts checks. */
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import type { SoftwareAdapter } from '../../scripts/lib/software-adapters.mjs';

export interface TestBrowser {
  context: BrowserContext;
  page: Page;
  /** Closes the browser; removes the profile unless `userDataDir` was given. */
  close(): Promise<void>;
}

/**
 * Starts Chromium with WebGPU on a software adapter.
 * @param options.userDataDir a profile folder that outlives the browser (crash and resume tests)
 * @throws Error that says what is missing on this machine
 */
export async function launchBrowser(options: {
  adapter: SoftwareAdapter;
  userDataDir?: string;
  extraArgs?: string[];
}): Promise<TestBrowser> {
  const { context, close } = await launchChromium(options);
  const page = context.pages()[0] ?? (await context.newPage());
  return { context, page, close };
}
