/**
 * `npm run demo:experiment`: runs the studio's pipeline on the demo's model and data in Dawn, for one recipe and some seeds, and
 * prints what the page would show, with the gold judge's scores and the seconds of each stage. For tuning the demo's recipes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { contentHash } from '../../src/data/content-hash';
import { memoryDataset } from '../../src/data/dataset-source';
import { evaluationResultsSchema, type EvaluationResults } from '../../src/evaluation/results-schema';
import { openDevice } from '../../src/gpu/device';
import { startBackend, type Backend } from '../../src/ops/backend';
import type { Recipe } from '../../src/protocol/recipe';
import { runPipeline, type PipelineInput } from '../../src/rounds/pipeline';
import { openDawn } from '../../test/support/dawn';
import { collectImport, namedFile } from '../../test/support/import-data';
import { memoryTuning, notedHooks, numbersAsPlots, type NotedHooks } from '../../test/support/memory-pipeline';
import { progressPrinter } from '../headless/progress.mjs';
import { experimentFigures, formatRows } from './experiment-figures';
import { readOptions, type ExperimentOptions } from './experiment-options';
import { folderStore } from './folder-store';
import { folderFiles } from './model-files';

type Sources = Omit<PipelineInput, 'recipe' | 'hooks'>;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const backend = await startBackend(await openDevice(openDawn('lavapipe')));
  const sources = await readSources(options, backend);
  const all = [];
  for (const seed of options.seeds) {
    const recipe = { ...options.recipe, seed };
    console.log(`\n${recipe.name}, seed ${seed}`);
    const { seconds, results } = await runOnce(recipe, sources);
    const figures = experimentFigures(results);
    console.log(formatRows(figures.rows));
    if (figures.gain) {
      const { low, high } = figures.gain.interval;
      console.log(
        `gold, last round - SFT: ${figures.gain.mean.toFixed(3)} (95% ${low.toFixed(3)}..${high.toFixed(3)})`,
      );
    }
    for (const { message } of results.warnings) console.log(`warning: ${message}`);
    showSamples(results, options.samples);
    const total = Object.values(seconds).reduce((sum, value) => sum + value, 0);
    console.log(`seconds, ${total.toFixed(0)} in all: ${JSON.stringify(seconds)}`);
    all.push({ recipe, seconds, ...figures });
  }
  if (options.out !== null) writeFileSync(options.out, `${JSON.stringify(all, null, 2)}\n`);
}

async function readSources({ model, data, store }: ExperimentOptions, backend: Backend): Promise<Sources> {
  const files = folderFiles(model);
  const hashes = await Promise.all(files.map(async ({ file }) => new Uint8Array(await file.arrayBuffer())));
  const text = readFileSync(data, 'utf8');
  const { pairs } = await collectImport([namedFile('preferences.jsonl', text)]);
  return {
    model: { id: await contentHash(...hashes), name: 'demo', files },
    dataset: memoryDataset(await contentHash(text), pairs),
    importedAdapter: null,
    tuning: memoryTuning(),
    tiles: null,
    renderPlots: numbersAsPlots,
    backend,
    lost: new Promise<never>(() => {}),
    store: folderStore(store),
  };
}

async function runOnce(recipe: Recipe, sources: Sources) {
  const hooks = notedHooks();
  const print = progressPrinter((line) => console.log(line), Date.now);
  hooks.after = (stage, points) => print({ ...stage, history: [] }, points.at(-1)?.values ?? {});
  await runPipeline({ ...sources, recipe, hooks });
  return { seconds: secondsOf(hooks), results: lastResults(hooks) };
}

/** Of the stages that were computed now. */
function secondsOf({ stages }: NotedHooks): Record<string, number> {
  const done = [...stages.values()].filter(({ status }) => status === 'done');
  return Object.fromEntries(done.map(({ id, seconds }) => [id, Math.round(seconds)]));
}

function lastResults({ artifacts }: NotedHooks): EvaluationResults {
  const files = [...artifacts.values()].map(({ artifact }) => artifact.files['evaluation_results.json']);
  const last = files.filter((file) => file !== undefined).at(-1);
  if (!last) throw new Error('internal: the run was not evaluated');
  return evaluationResultsSchema.parse(JSON.parse(new TextDecoder().decode(last)));
}

/** The first prompts with every model's response. */
function showSamples({ prompts }: EvaluationResults, count: number): void {
  for (const { prompt, responses } of prompts.slice(0, count)) {
    console.log(`\n${JSON.stringify(prompt)}`);
    for (const { model, text } of responses) console.log(`  ${model.padEnd(11)} ${JSON.stringify(text)}`);
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}
