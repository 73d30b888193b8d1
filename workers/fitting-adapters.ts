/** Which imported adapters go with a stored model, so that no others are offered. */
import { fitsModel, readPeftFolder } from '../src/exchange/peft';
import { InputError } from '../src/protocol/errors';
import type { StudioDatabase } from '../src/storage/database';
import { getImportedAdapter } from '../src/storage/library';
import type { ModelCache } from '../src/storage/model-cache';
import { storedModelConfig } from './stored-config';

/** Ids; one that cannot be read fits nothing. @throws InputError when the model is no longer stored */
export async function fittingAdapters(
  database: StudioDatabase,
  modelId: string,
  cache?: Pick<ModelCache, 'files'>,
): Promise<string[]> {
  const config = await storedModelConfig(database, modelId, cache);
  const fits = async (id: string): Promise<boolean> => {
    try {
      const { files } = await getImportedAdapter(database, id);
      return await fitsModel(await readPeftFolder(files.map(({ path, blob }) => ({ path, file: blob }))), config);
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  };
  const ids = await database.getAllKeys('importedAdapters');
  const fitting = await Promise.all(ids.map(fits));
  return ids.filter((_, i) => fitting[i]);
}
