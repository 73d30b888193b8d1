/**
 * Launches Chromium with WebGPU on a chosen adapter through playwright-core, and says which adapter it really got.
 * Shared by the end-to-end tests and `npm run headless`. Downloads no browser.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumLaunch, findChromium, missingForChromium } from './software-adapters.mjs';

/**
 * @typedef {import('./software-adapters.mjs').SoftwareAdapter | 'gpu'} BrowserAdapter
 * @typedef {{ adapter: BrowserAdapter, userDataDir?: string, extraArgs?: string[] }} LaunchOptions
 */

/**
 * Opens a browser with a profile that lasts (`userDataDir`) or a fresh one that is removed on close.
 * @param {LaunchOptions} options
 * @returns {Promise<{ context: import('playwright-core').BrowserContext, close: () => Promise<void> }>}
 * @throws {Error} when Chromium or what the adapter needs is missing: says what to install
 */
export async function launchChromium({ adapter, userDataDir, extraArgs = [] }) {
  const executablePath = findChromium();
  const reason = adapter === 'gpu' ? missingForChromium('swiftshader') : missingForChromium(adapter);
  if (executablePath === null || reason !== null) throw new Error(reason ?? 'Chromium is missing');
  const profile = userDataDir ?? mkdtempSync(join(tmpdir(), 'whetstone-profile-'));
  const { args, env } = chromiumLaunch(adapter);
  const launch = chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: ['--headless=new', ...args, ...extraArgs],
    env: { ...definedEnvironment(), ...env },
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const context = await launch.catch((error) => {
    throw launchError(error, profile);
  });
  const close = async () => {
    await context.close();
    if (userDataDir === undefined) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { context, close };
}

/** Playwright's message without its log. @param {unknown} error @param {string} profile */
function launchError(error, profile) {
  const [message = ''] = String(error).split('\nCall log:');
  if (!message.includes('ProcessSingleton'))
    return new Error(`Chromium could not be started: ${message}`, { cause: error });
  return new Error(`${profile} is in use by another Chromium. Wait for the other command, or end it.`, {
    cause: error,
  });
}

/** @returns {Record<string, string>} this process's environment without undefined values */
function definedEnvironment() {
  /** @type {Record<string, string>} */
  const result = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) result[name] = value;
  return result;
}

/**
 * Asks the page's WebGPU which adapter it has.
 * @param {import('playwright-core').Page} page on a secure origin
 * @returns {Promise<{ vendor: string, architecture: string, description: string, software: boolean, shaderF16: boolean, maxBinding: number } | null>}
 *   null when there is no WebGPU
 */
export function describeAdapter(page) {
  return page.evaluate(async () => {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return null;
    const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
    const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${architecture} ${description}`);
    const maxBinding = adapter.limits.maxStorageBufferBindingSize;
    return { vendor, architecture, description, software, shaderF16: adapter.features.has('shader-f16'), maxBinding };
  });
}
