/**
 * Opens the built studio in headless Chromium on the best adapter there is, with a profile and an origin that stay the same, so that
 * a killed run is found again. Says loudly when the adapter is a software one.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeAdapter, launchChromium } from '../lib/chromium.mjs';
import { distFolder } from '../lib/paths.mjs';
import { prepareMachine } from '../lib/prepare-machine.mjs';
import { findChromium, missingForChromium } from '../lib/software-adapters.mjs';
import { serveFolder, studioPolicy } from '../serve.mjs';

/** What the profile's data belongs to. Chromium maps it to the server's port, whichever is free today. */
const host = 'studio.localhost';

/**
 * @typedef {import('../lib/chromium.mjs').BrowserAdapter} BrowserAdapter
 * @typedef {{ page: import('playwright-core').Page, close: () => Promise<void> }} StudioBrowser
 */

/** Whether it is worth while to ask for a GPU: on Linux, a device node of a driver. */
function mayHaveGpu() {
  if (process.platform !== 'linux') return true;
  const render = existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  return render || existsSync('/dev/nvidia0');
}

/** The adapters to try, best first. @param {BrowserAdapter | null} wanted @returns {BrowserAdapter[]} */
function candidates(wanted) {
  if (wanted !== null) return [wanted];
  return mayHaveGpu() ? ['gpu', 'lavapipe', 'swiftshader'] : ['lavapipe', 'swiftshader'];
}

/** Installs what an adapter needs, where that is possible. @param {BrowserAdapter} adapter */
function missingAfterPreparing(adapter) {
  const missing = () =>
    adapter === 'gpu' && findChromium() !== null
      ? null
      : missingForChromium(adapter === 'gpu' ? 'swiftshader' : adapter);
  if (missing() === null) return null;
  const problems = prepareMachine();
  const reason = missing();
  return reason === null ? null : [reason, ...problems].join('\n');
}

/**
 * @param {BrowserAdapter} adapter
 * @param {string} userDataDir
 * @param {number} port of the static server
 * @returns {Promise<StudioBrowser & { summary: Awaited<ReturnType<typeof describeAdapter>> }>}
 */
async function open(adapter, userDataDir, port) {
  const extraArgs = [`--host-resolver-rules=MAP ${host} 127.0.0.1:${port}`];
  const { context, close } = await launchChromium({ adapter, userDataDir, extraArgs });
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(`http://${host}/`);
  return { page, close, summary: await describeAdapter(page) };
}

/**
 * @param {BrowserAdapter} adapter
 * @param {NonNullable<Awaited<ReturnType<typeof describeAdapter>>>} summary
 */
function announce(adapter, summary) {
  const name = summary.description || `${summary.vendor} ${summary.architecture}`;
  console.log(`WebGPU adapter: ${name} (${adapter}; shader-f16: ${summary.shaderF16 ? 'yes' : 'no'})`);
  if (!summary.software) return;
  console.log('*** This is a SOFTWARE adapter: results are correct, but training is very slow. ***');
  if (adapter === 'gpu') console.log('*** No GPU was found by Chromium: check the driver and Vulkan (vulkaninfo). ***');
}

/**
 * @param {{ adapter: BrowserAdapter | null, userDataDir: string }} options
 * @returns {Promise<StudioBrowser>} with the studio's page open
 * @throws {Error} when there is no usable browser or adapter: says what to install
 */
export async function openStudioBrowser({ adapter: wanted, userDataDir }) {
  mkdirSync(userDataDir, { recursive: true });
  const server = await serveFolder({ folder: distFolder, port: 0, policy: studioPolicy });
  /** @type {string[]} */
  const reasons = [];
  for (const adapter of candidates(wanted)) {
    const missing = missingAfterPreparing(adapter);
    if (missing !== null) {
      reasons.push(missing);
      continue;
    }
    const browser = await open(adapter, userDataDir, server.port);
    if (browser.summary !== null && !(wanted === null && adapter === 'gpu' && browser.summary.software)) {
      announce(adapter, browser.summary);
      return { page: browser.page, close: () => browser.close().then(() => server.close()) };
    }
    reasons.push(
      `${adapter}: ${browser.summary === null ? 'Chromium has no WebGPU on it' : 'only a software adapter'}`,
    );
    await browser.close();
  }
  await server.close();
  throw new Error(`No WebGPU adapter could be used.\n${reasons.join('\n')}`);
}

/** The profile's folder in an output folder. @param {string} out */
export const profileFolder = (out) => join(out, '.studio');
