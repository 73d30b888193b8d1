/** Commands that say before a run what it will take: the GPU's memory, and how much there is to compute. */
import { parseModelConfig } from '../src/model/parse-config';
import type { DatasetKind, SplitKey } from '../src/protocol/dataset';
import type { AdapterSummary } from '../src/protocol/adapter';
import type { TrainingCommands } from '../src/protocol/studio';
import { measuredSpeed } from '../src/rounds/measured-speed';
import { planMemory } from '../src/rounds/memory-plan';
import { runCost } from '../src/rounds/run-cost';
import { runCounts } from '../src/rounds/run-counts';
import type { StudioDatabase } from '../src/storage/database';
import { getDataset } from '../src/storage/library';
import type { RunRecord } from '../src/storage/records';
import { checkRecipe } from './run-controller';
import { datasetSource } from './run-sources';
import type { Handlers } from './serve-commands';
import { storedModelConfig } from './stored-config';

interface PlanParts {
  database: StudioDatabase;
  runs: ReadonlyMap<string, RunRecord>;
  adapter(): AdapterSummary | null;
}

type PlanCommand = 'planMemory' | 'planConfig' | 'planCost';

interface ReadKeys {
  datasetId: string;
  kind: DatasetKind;
  keys: SplitKey[];
}

export function createPlanCommands({
  database,
  runs,
  adapter,
}: PlanParts): Pick<Handlers<TrainingCommands>, PlanCommand> {
  /** Of the dataset asked for last: a person who edits a recipe asks many times. */
  let last: ReadKeys | null = null;

  const keysOf = async (datasetId: string): Promise<ReadKeys> => {
    if (last?.datasetId === datasetId) return last;
    const source = datasetSource(database, await getDataset(database, datasetId));
    last = { datasetId, kind: source.kind, keys: await source.keys() };
    return last;
  };

  return {
    planMemory: async ({ modelId, recipe }) =>
      planMemory(await storedModelConfig(database, modelId), checkRecipe(recipe)),
    planConfig: ({ config, recipe }) => planMemory(parseModelConfig(config, 'config.json'), checkRecipe(recipe)),
    planCost: async ({ modelId, datasetId, importedAdapter, recipe: unchecked, lengths }) => {
      const recipe = checkRecipe(unchecked);
      const config = await storedModelConfig(database, modelId);
      const { keys, kind } = await keysOf(datasetId);
      const counts = runCounts(keys, kind, recipe);
      const gpu = adapter();
      const subject = gpu && { adapter: gpu, modelId, engine: recipe.engine, config, lengths };
      return {
        ...runCost({ config, recipe, counts, lengths, importedAdapter }),
        speed: subject ? measuredSpeed([...runs.values()], subject) : { passes: null, generation: null },
      };
    },
  };
}
