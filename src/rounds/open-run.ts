/** Prepares a run: checks recipe against model, loads the model onto the GPU, splits and encodes the data. */
import type { DatasetSource } from '../data/dataset-source';
import { readModelFolder, type ModelFolder } from '../exchange/model-folder';
import { importPeft, readPeftFolder } from '../exchange/peft';
import type { ModelConfig } from '../model/config';
import { matchedTargets } from '../model/weight-specs';
import type { DatasetKind } from '../protocol/dataset';
import { InputError } from '../protocol/errors';
import type { Recipe } from '../protocol/recipe';
import type { NamedFile } from '../protocol/library';
import type { RenderPlots, RunContext } from './run-context';
import { prepareData } from './run-data';
import { createRunModel, type EngineParts } from './run-engine';
import { loraConfig } from './settings';

export interface RunSources {
  /** `id` is the content hash of the files. */
  model: { id: string; name: string; files: NamedFile[] };
  dataset: DatasetSource;
  /** A PEFT folder that takes the place of SFT. */
  importedAdapter: { id: string; name: string; files: NamedFile[] } | null;
  recipe: Recipe;
}

/**
 * @throws InputError when model, data, adapter and recipe do not go together, or the model does not fit the memory budget;
 * DeviceError when a kernel gives wrong results on this GPU
 */
export async function openRun(sources: RunSources, parts: EngineParts, renderPlots: RenderPlots): Promise<RunContext> {
  const { model, dataset, importedAdapter, recipe } = sources;
  const folder = await readModelFolder(model.files);
  checkRecipe(recipe, folder.config);
  checkKind(dataset.kind, recipe, importedAdapter !== null);
  const endTokenId = trainedEndToken(folder);
  const imported = importedAdapter && {
    name: importedAdapter.name,
    adapter: await importAdapter(importedAdapter.files, recipe, folder.config),
  };
  const data = await prepareData(dataset, recipe, folder.tokenizer, endTokenId);
  return {
    recipe,
    model: await createRunModel(parts, recipe, folder.config, folder),
    base: { name: model.name, config: folder.config, configJson: folder.configJson },
    tokenizer: folder.tokenizer,
    endTokenId,
    stopTokenIds: folder.endTokenIds,
    data,
    importedAdapter: imported,
    renderPlots,
  };
}

function checkRecipe(recipe: Recipe, config: ModelConfig): void {
  if (recipe.maxLength > config.contextLength) {
    throw new InputError(
      `The recipe's maxLength is ${recipe.maxLength} tokens, but the model's context has ${config.contextLength}. Set maxLength to at most ${config.contextLength}.`,
    );
  }
  const { targets } = loraConfig(recipe, config);
  const lost = recipe.parameters === 'lora' && targets.find((target) => matchedTargets(config, [target]).length === 0);
  if (!lost) return;
  throw new InputError(
    `The recipe's LoRA target "${lost}" is not a module of this ${config.modelType} model. Correct loraTargets, or leave it empty for the family's default.`,
  );
}

/** @throws InputError when a dataset with single responses is to train more than SFT */
export function checkKind(kind: DatasetKind, recipe: Pick<Recipe, 'rounds' | 'sftEpochs'>, hasAdapter: boolean): void {
  if (kind === 'preference') return;
  if (recipe.rounds > 0) {
    throw new InputError(
      'This dataset has single responses: it can train SFT, but no reward model and no DPO rounds. Set "rounds" to 0, or choose preference data.',
    );
  }
  if (recipe.sftEpochs === 0) {
    throw new InputError(
      'This dataset has single responses, which train SFT only, and the recipe leaves SFT out. Set "sftEpochs" to 1 or more, or choose preference data.',
    );
  }
  if (!hasAdapter) return;
  throw new InputError(
    'The imported adapter takes the place of SFT, and a dataset with single responses trains nothing else. Choose no adapter, or preference data.',
  );
}

async function importAdapter(files: NamedFile[], recipe: Recipe, config: ModelConfig) {
  if (recipe.parameters === 'full') {
    throw new InputError(
      'An imported adapter can only start a run that trains adapters: set "parameters" to "lora", or choose no adapter.',
    );
  }
  return importPeft(await readPeftFolder(files), config);
}

/** The end token that responses are trained to end with: the tokenizer's, which stands first. */
/** The token that closes every response in training. */
export function trainedEndToken({ endTokenIds }: ModelFolder): number {
  const [first] = endTokenIds;
  if (first === undefined) throw new Error('internal: readModelFolder gave no end token');
  return first;
}
