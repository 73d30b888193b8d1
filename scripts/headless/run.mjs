/**
 * Drives one run through `window.whetstone`: hands over the files, finds or starts the run, follows it to its end, copies outputs.
 * Knows no command line and opens no browser.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from './options.mjs';
import { outputWriter } from './outputs.mjs';
import { activityPrinter, progressPrinter } from './progress.mjs';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('../../src/protocol/run-state').RunState} RunState
 * @typedef {import('./options.mjs').Input} Input
 * @typedef {{ modelId: string, datasetId: string, importedAdapterId: string | null }} Inputs
 */

/** Milliseconds between two looks at the run. */
const lookEvery = 1000;
/** Milliseconds between two lines about a download. */
const showDownloadEvery = 3000;

/**
 * Puts files into the page's hidden input and imports them; they stream from disk.
 * @param {Page} page
 * @param {'importModel' | 'importDataset' | 'importAdapter'} command
 * @param {Input} input
 */
async function importFiles(page, command, { name, paths }) {
  await page.setInputFiles('[data-testid="headless-files"]', paths);
  return page.evaluate(async (request) => {
    const summary = await window.whetstone[request.command](request.name);
    return JSON.parse(JSON.stringify(summary));
  }, /** @type {{ command: 'importModel', name: string }} */ ({ command, name }));
}

/**
 * Downloads a model of the Hub, or the rest of it, with progress.
 * @param {Page} page
 * @param {string} id
 * @param {{ endpoint: string | null, token: string | null }} access
 */
async function downloadModel(page, id, { endpoint, token }) {
  console.log(`Looking up ${id} ...`);
  const options = { ...(endpoint !== null && { endpoint }), ...(token !== null && { token }) };
  const download = page.evaluate(async (request) => {
    const summary = await window.whetstone.downloadModel(request.id, request.options);
    return JSON.parse(JSON.stringify(summary));
  }, /** @type {const} */ ({ id, options }));
  const show = setInterval(() => void showDownload(page).catch(() => undefined), showDownloadEvery);
  return download.finally(() => clearInterval(show));
}

/** @param {Page} page */
async function showDownload(page) {
  const progress = await page.evaluate(() => window.whetstone.downloadProgress());
  if (progress === null) return;
  const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(0);
  const { phase, file, bytesDone, bytesTotal, bytesPerSecond, secondsLeft } = progress;
  const speed = bytesPerSecond === null ? '' : `, ${megabytes(bytesPerSecond)} MB/s`;
  const left = secondsLeft === null ? '' : `, ${Math.ceil(secondsLeft)} s left`;
  const done = `${megabytes(bytesDone)} of ${megabytes(bytesTotal)} MB${speed}${left}`;
  console.log(phase === 'downloading' ? `Downloading: ${done}` : `${phase} ${file}`);
}

/** Data a person should know about before the run. @param {import('../../src/protocol/library').DatasetSummary} dataset */
function reportDataset(dataset) {
  const dropped = Object.entries(dataset.dropped).map(([reason, count]) => `${count} ${reason}`);
  const what = dataset.kind === 'sft' ? 'single responses (SFT only)' : 'pairs';
  console.log(`Data: ${dataset.pairs} ${what}${dropped.length > 0 ? `; left out: ${dropped.join(', ')}` : ''}`);
  const { nearDuplicates = 0, promptsInBoth = null } = dataset.report ?? {};
  if (nearDuplicates > 0) console.log(`  ${nearDuplicates} near-duplicates are kept`);
  if (promptsInBoth !== null) console.log(`  ${promptsInBoth} prompts are in training and test files: not trained on`);
  if (dataset.badLineCount > 0) console.log(`  ${dataset.badLineCount} lines could not be used:`);
  for (const { file, line, message } of dataset.badLines.slice(0, 10)) console.log(`  ${file}:${line}: ${message}`);
}

/**
 * @param {Page} page
 * @param {Pick<import('./options.mjs').HeadlessOptions, 'model' | 'hubEndpoint' | 'data' | 'sftAdapter'>} files
 * @param {string | null} token for gated models
 * @returns {Promise<Inputs>}
 */
export async function importAll(page, files, token = null) {
  const model =
    'hubId' in files.model
      ? await downloadModel(page, files.model.hubId, { endpoint: files.hubEndpoint, token })
      : await importFiles(page, 'importModel', files.model);
  console.log(`Model: ${model.name}, ${model.architecture}, ${model.parameters.toLocaleString('en')} parameters`);
  const dataset = await importFiles(page, 'importDataset', files.data);
  reportDataset(dataset);
  const adapter = files.sftAdapter === null ? null : await importFiles(page, 'importAdapter', files.sftAdapter);
  return { modelId: model.id, datasetId: dataset.id, importedAdapterId: adapter?.id ?? null };
}

/** JSON with sorted keys, to compare. @param {unknown} value */
function canonical(value) {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/**
 * Continues the run that the folder holds, or starts one.
 * @param {Page} page
 * @param {Inputs} inputs
 * @param {import('../../src/protocol/recipe').Recipe} recipe
 * @returns {Promise<string>} the run's id
 * @throws {UsageError} when the folder holds a run of other inputs
 */
export async function startOrContinue(page, inputs, recipe) {
  const wanted = canonical({ ...inputs, recipe });
  const runs = await page.evaluate(() => window.whetstone.state().runs);
  const same = runs.find(
    ({ modelId, datasetId, importedAdapterId, recipe: its }) =>
      canonical({ modelId, datasetId, importedAdapterId, recipe: its }) === wanted,
  );
  if (same === undefined && runs.length > 0) {
    throw new UsageError(
      '--out holds a run with another model, data set or recipe. Choose another folder, or remove it.',
    );
  }
  if (same === undefined) {
    const argument = { name: recipe.name, ...inputs, recipe };
    return page.evaluate(async (start) => (await window.whetstone.startRun(start)).runId, argument);
  }
  if (same.status === 'finished' || same.status === 'running') return same.id;
  console.log(`Continuing the run of ${new Date(same.createdAt).toISOString()} (${same.status}).`);
  if (same.status === 'paused') await page.evaluate((id) => window.whetstone.resumeRun(id), same.id);
  else if (same.status === 'held') await page.evaluate((id) => window.whetstone.goOn(id), same.id);
  else await page.evaluate((id) => window.whetstone.continueRun(id), same.id);
  return same.id;
}

/**
 * The run and the newest point of every stage's curves.
 * @param {Page} page
 * @param {string} runId
 * @returns {Promise<{ run: RunState, latest: Record<string, Record<string, number>>, connectionError: string | null }>}
 */
async function look(page, runId) {
  const seen = await page.evaluate((id) => {
    const { runs, connection, connectionError } = window.whetstone.state();
    const run = runs.find((candidate) => candidate.id === id) ?? null;
    const stages = run?.stages.filter(({ status }) => status === 'running') ?? [];
    const newest = stages.map((stage) => [stage.id, window.whetstone.metrics(id, stage.id).at(-1)?.values ?? {}]);
    return { run, latest: Object.fromEntries(newest), lost: connection === 'lost' ? connectionError : null };
  }, runId);
  if (seen.run === null) throw new Error(`internal: the studio no longer knows run ${runId}`);
  return { run: seen.run, latest: seen.latest, connectionError: seen.lost };
}

/**
 * Follows a run until it ends; copies outputs as they appear.
 * @param {Page} page
 * @param {{ runId: string, folder: string, signal: AbortSignal }} options `signal` cancels the run
 * @returns {Promise<RunState>} finished, failed or cancelled
 * @throws {Error} when the studio's worker is gone
 */
export async function follow(page, { runId, folder, signal }) {
  const writer = outputWriter(page, folder);
  const showStage = progressPrinter(
    (line) => console.log(line),
    () => performance.now(),
  );
  const showActivity = activityPrinter((line) => console.log(line));
  let cancelling = false;
  for (;;) {
    if (signal.aborted && !cancelling) {
      cancelling = true;
      console.log('Cancelling the run ...');
      await page.evaluate((id) => window.whetstone.cancelRun(id), runId);
    }
    const { run, latest, connectionError } = await look(page, runId);
    if (connectionError !== null) throw new Error(connectionError);
    showActivity(run);
    for (const stage of run.stages) showStage(stage, latest[stage.id] ?? {});
    const ended = run.status !== 'running' && run.status !== 'paused';
    for (const path of await writer.copyNew(run, { all: ended })) console.log(`wrote ${path}`);
    if (ended) return run;
    await sleep(lookEvery, undefined, { signal: cancelling ? undefined : signal }).catch(() => undefined);
  }
}
