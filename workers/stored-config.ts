/** The configuration of a stored model, without its weights. */
import type { ModelConfig } from '../src/model/config';
import { parseModelConfig } from '../src/model/parse-config';
import type { StudioDatabase } from '../src/storage/database';
import { getModel } from '../src/storage/library';
import type { ModelCache } from '../src/storage/model-cache';

/** @throws InputError when the model is no longer stored or its config.json is of no kind that the studio knows */
export async function storedModelConfig(
  database: StudioDatabase,
  modelId: string,
  cache?: Pick<ModelCache, 'files'>,
): Promise<ModelConfig> {
  const { files } = await getModel(database, modelId, cache);
  const config = files.find(({ path }) => path === 'config.json' || path.endsWith('/config.json'));
  if (!config) throw new Error(`internal: the stored model ${modelId} has no config.json`);
  return parseModelConfig(JSON.parse(await config.blob.text()), 'config.json');
}
