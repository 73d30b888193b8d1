/** What a whole run of the pipeline on a tiny golden model takes: its files, a recipe of seconds, and the sources. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryDataset } from '../../src/data/dataset-source';
import { recipePresets, recipeSchema, type Recipe } from '../../src/protocol/recipe';
import type { NamedFile } from '../../src/protocol/library';
import type { PipelineInput } from '../../src/rounds/pipeline';
import { memoryTuning, numbersAsPlots } from './memory-pipeline';
import { tinyPreferences } from './tiny-preferences';

export const tinyRecipe: Recipe = recipeSchema.parse({
  ...recipePresets.smoke,
  name: 'tiny',
  rounds: 2,
  trainPairs: 24,
  heldOutPairs: 6,
  heldOutPrompts: 4,
  maxLength: 96,
  batchSize: 8,
  microBatchSize: 4,
  sftEpochs: 1,
  rewardEpochs: 2,
  dpoEpochs: [1],
  promptsPerRound: [4],
  samplesPerPrompt: 2,
  maxNewTokens: 6,
  generationBatchSize: 8,
  evalBootstrapSamples: 20,
  pairMinMargin: 0,
  loraRank: 4,
  loraAlpha: 8,
});

export async function goldenFiles(name: string, folder = ''): Promise<NamedFile[]> {
  const path = join('test/fixtures/golden', name, folder);
  const entries = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile());
  return Promise.all(
    entries.map(async (entry) => ({ path: entry.name, file: new Blob([await readFile(join(path, entry.name))]) })),
  );
}

/** Everything but recipe, device, store and hooks. */
export async function tinySources(): Promise<
  Pick<PipelineInput, 'model' | 'dataset' | 'importedAdapter' | 'tuning' | 'tiles' | 'renderPlots'>
> {
  return {
    model: { id: 'llama-tiny', name: 'llama-tiny', files: await goldenFiles('llama-tiny') },
    dataset: memoryDataset('tiny', await tinyPreferences(120)),
    importedAdapter: null,
    tuning: memoryTuning(),
    tiles: null,
    renderPlots: numbersAsPlots,
  };
}
