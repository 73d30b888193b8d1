/**
 * `npm run headless`: the real studio in headless Chromium, for a server without a window. Exit code 0 when the run finished,
 * 130 when it was cancelled, 1 otherwise. The same command again continues a run that was cut short.
 */
import { mkdirSync } from 'node:fs';
import { readOptions, usage } from './headless/options.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';

/** @typedef {import('./headless/options.mjs').HeadlessOptions} HeadlessOptions */

/** The first Ctrl-C cancels the run, the second one ends at once. */
function cancelOnSignal() {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/**
 * Rejects when the page or the browser goes away under the run.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<never>}
 */
function whenGone(page) {
  const advice = 'Finished stages are kept: the same command again continues the run.';
  return new Promise((_, reject) => {
    page.once('crash', () => reject(new Error(`The studio's page crashed (out of memory?). ${advice}`)));
    page.once('close', () => reject(new Error(`The browser ended. ${advice}`)));
  });
}

/** @param {import('../src/protocol/run-state').RunState} run @param {string} out @returns {number} the exit code */
function reportEnd(run, out) {
  if (run.status === 'finished') {
    console.log(`Finished. Outputs are in ${out}`);
    return 0;
  }
  if (run.status === 'cancelled') {
    console.log('Cancelled. The same command again continues the run.');
    return 130;
  }
  const { stage, step, message, cause } = run.error ?? { message: `the run ended as "${run.status}"` };
  const place = stage === undefined ? '' : ` in ${stage}${step === undefined ? '' : `, step ${step}`}`;
  console.error(`The run failed${place}: ${message}${cause === undefined ? '' : ` (${cause})`}`);
  return 1;
}

/** @param {HeadlessOptions} options @returns {Promise<number>} the exit code */
async function runStudio(options) {
  // Imported only now: in a fresh clone the packages behind these are installed a moment ago.
  const { ensureBuilt } = await import('./lib/build.mjs');
  const { buildRecipe } = await import('./headless/recipe.mjs');
  const { openStudioBrowser, profileFolder } = await import('./headless/studio-browser.mjs');
  const { follow, importAll, startOrContinue } = await import('./headless/run.mjs');
  const recipe = await buildRecipe(options);
  ensureBuilt();
  mkdirSync(options.out, { recursive: true });
  const signal = cancelOnSignal();
  const { page, close } = await openStudioBrowser({
    adapter: options.adapter,
    userDataDir: profileFolder(options.out),
  });
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  const work = async () => {
    const state = await page.evaluate(() => window.whetstone.ready());
    if (state.deviceError !== null) throw new Error(state.deviceError.message);
    const runId = await startOrContinue(page, await importAll(page, options, process.env['HF_TOKEN'] || null), recipe);
    return reportEnd(await follow(page, { runId, folder: options.out, signal }), options.out);
  };
  const gone = whenGone(page);
  gone.catch(() => undefined);
  try {
    return await Promise.race([work(), gone]);
  } finally {
    await close().catch(() => undefined);
  }
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(usage);
    return 0;
  }
  ensureInstalled();
  return runStudio(options);
}

main().then(
  (code) => process.exit(code),
  (error) => {
    // Errors from the page arrive as "page.evaluate: Error: ..."; what matters is the message.
    const message = error instanceof Error ? error.message : String(error);
    console.error(message.replace(/^page\.\w+: (?:\w*Error: )?/, '').replace(/\n\s+at .*/gs, ''));
    process.exit(1);
  },
);
