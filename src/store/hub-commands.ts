/** What the person can do with models on a Hub: look one up, download it, cancel, and see and delete what was downloaded. */
import type { DataClient } from '../client/data-client';
import { errorShapeOf } from '../client/remote-error';
import type { TrainingClient } from '../client/training-client';
import type { HubModel } from '../protocol/hub';
import type { ModelSummary } from '../protocol/library';
import type { StudioStore } from './studio-store';

export interface HubCommandSet {
  /** Asks the Hub about "owner/name" or "owner/name@revision". */
  lookUpModel(id: string): Promise<void>;
  /** Downloads a model, or the rest of one, and chooses it. */
  downloadModel(model: HubModel): Promise<ModelSummary>;
  cancelDownload(): Promise<void>;
  refreshCache(): Promise<void>;
  deleteCached(key: string): Promise<void>;
}

/** Asks the browser not to clear what is kept, which it may do for large things. Its answer is shown with the cache. */
async function askToKeep(): Promise<void> {
  if (typeof navigator === 'undefined' || !navigator.storage?.persist) return;
  await navigator.storage.persist().catch(() => false);
}

export function createHubCommands(store: StudioStore, training: TrainingClient, data: DataClient): HubCommandSet {
  const { setLookUp, setDownload, setCache } = store.getState();

  /** The token, where the model is at the address it was given for. */
  function tokenFor(endpoint: string): string | null {
    const { hubEndpoint, hubToken } = store.getState();
    return hubToken !== '' && trimmed(hubEndpoint) === trimmed(endpoint) ? hubToken : null;
  }

  async function refreshCache(): Promise<void> {
    setCache(await data.send('listCache', null));
  }

  return {
    refreshCache,
    lookUpModel: async (id) => {
      const endpoint = store.getState().hubEndpoint;
      setLookUp({ id, found: null, error: null });
      const settle = (part: {
        found: Awaited<ReturnType<typeof ask>> | null;
        error: ReturnType<typeof errorShapeOf> | null;
      }) => {
        // A later look-up may have been asked for meanwhile.
        if (store.getState().lookUp?.id === id) setLookUp({ id, ...part });
      };
      const ask = () => data.send('hubLookUp', { endpoint, id, token: tokenFor(endpoint) });
      try {
        settle({ found: await ask(), error: null });
      } catch (error) {
        settle({ found: null, error: errorShapeOf(error) });
        throw error;
      }
    },
    downloadModel: async (model) => {
      const { name } = model;
      setDownload({ name, progress: null, error: null });
      try {
        await askToKeep();
        const summary = await data.send('hubDownload', { model, token: tokenFor(model.endpoint) });
        await training.send('refreshLibrary', null);
        setDownload(null);
        setLookUp(null);
        store.getState().selectModel(summary.id);
        return summary;
      } catch (error) {
        const shape = errorShapeOf(error);
        setDownload(shape.name === 'CancelledError' ? null : { name, progress: null, error: shape });
        throw error;
      } finally {
        await refreshCache().catch(() => {});
      }
    },
    cancelDownload: async () => void (await data.send('cancelDownload', null)),
    deleteCached: async (key) => {
      await data.send('deleteCached', { key });
      await training.send('refreshLibrary', null);
      await refreshCache();
    },
  };
}

const trimmed = (endpoint: string): string => endpoint.trim().replace(/\/+$/, '');
