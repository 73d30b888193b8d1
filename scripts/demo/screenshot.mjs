/**
 * `npm run demo:screenshot`: README's pictures of the demo's run, taken from a real one in headless Chromium. The run is kept in
 * a profile under .cache, so that another picture of it takes seconds; without one the demo is run first.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openStudioBrowser } from '../headless/studio-browser.mjs';
import { ensureBuilt } from '../lib/build.mjs';
import { ensureInstalled } from '../lib/ensure-installed.mjs';
import { cacheFolder, projectRoot } from '../lib/paths.mjs';

const usage = `npm run demo:screenshot -- [options]

  --demo NAME      demo (default), demo-quick or demo-push
  --views NAMES    evaluation,progress,pairs (default); also outputs, demo, setup, runs, playground, artifacts, system, guide
  --out FOLDER     default docs/images: demo.png, run.png, pairs.png, and the names of the other views
  --size WxH       default 1440x900
  --scheme NAME    light (default) or dark
  --full           the whole page instead of the window
  --adapter NAME   gpu, lavapipe or swiftshader`;

/** @typedef {import('playwright-core').Page} Page */

/**
 * A finished run of the preset: one that the profile has, or a new one by a click on its button.
 * @param {Page} page
 * @param {string} demo
 * @returns {Promise<string>} its id
 */
async function finishedRun(page, demo) {
  const runs = await page.evaluate(() => window.whetstone.ready().then((state) => state.runs));
  const known = runs.find(({ recipe, status }) => recipe.name === demo && status === 'finished');
  if (known) return known.id;
  await page.goto(new URL('#/demo', page.url()).href);
  await page.getByTestId(`run-${demo}`).click();
  console.log(`Running ${demo} ...`);
  const ended = await page.waitForFunction(
    (name) => {
      const run = window.whetstone.state().runs.find(({ recipe }) => recipe.name === name);
      return run && !['running', 'paused'].includes(run.status) ? run : null;
    },
    demo,
    { timeout: 3_600_000, polling: 1000 },
  );
  const run = await ended.jsonValue();
  if (run?.status !== 'finished') throw new Error(`${demo} did not finish: ${run?.error?.message ?? run?.status}`);
  return run.id;
}

/** @param {string} text @returns {{ width: number, height: number }} */
function parseSize(text) {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (width === undefined || height === undefined) throw new Error(`--size ${text}: expected, for example, 1440x900.`);
  return { width: Number(width), height: Number(height) };
}

function readOptions() {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    options: {
      ...{ demo: text, views: text, out: text, size: text, scheme: text, adapter: text },
      full: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  return {
    help: values.help === true,
    demo: values.demo ?? 'demo',
    views: (values.views ?? 'evaluation,progress,pairs').split(','),
    out: resolve(values.out ?? join(projectRoot, 'docs', 'images')),
    size: parseSize(values.size ?? '1440x900'),
    scheme: values.scheme === 'dark' ? /** @type {const} */ ('dark') : /** @type {const} */ ('light'),
    adapter: /** @type {'gpu' | 'lavapipe' | 'swiftshader' | null} */ (values.adapter ?? null),
    full: values.full === true,
  };
}

const runViews = ['evaluation', 'progress', 'pairs', 'outputs'];
/** @type {Record<string, string>} */
const fileNames = { evaluation: 'demo', progress: 'run' };

/** @param {Page} page @param {ReturnType<typeof readOptions>} options */
async function takePictures(page, { demo, views, out, size, scheme, full }) {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  mkdirSync(out, { recursive: true });
  for (const view of views) {
    const place = runViews.includes(view) ? `#/run/${await finishedRun(page, demo)}/${view}` : `#/${view}`;
    await page.goto(new URL(place, page.url()).href);
    await page.evaluate(() => window.whetstone.ready());
    // Charts measure their place before they draw.
    await page.waitForTimeout(1000);
    const path = join(out, `${fileNames[view] ?? view}.png`);
    await page.screenshot({ path, fullPage: full });
    console.log(`wrote ${path}`);
  }
}

async function main() {
  const options = readOptions();
  if (options.help) return console.log(usage);
  ensureInstalled();
  ensureBuilt();
  const userDataDir = join(cacheFolder, 'demo-profile');
  const { page, close } = await openStudioBrowser({ adapter: options.adapter, userDataDir });
  try {
    await takePictures(page, options);
  } finally {
    await close();
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
