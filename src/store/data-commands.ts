/** What the data worker is asked: about data files, their columns and tokens, and which adapters fit a model. */
import type { DataClient } from '../client/data-client';
import { errorShapeOf } from '../client/remote-error';
import type { ColumnMapping } from '../protocol/dataset';
import type { HubDatasetFile, HubDatasetRequest } from '../protocol/hub-dataset';
import type { DatasetSummary, NamedFile } from '../protocol/library';
import { tokensKey, type HubDatasetLookUp as HubLookUp } from './data-import';
import type { StudioStore } from './studio-store';

export interface DataCommandSet {
  /**
   * Looks at chosen files. Preferences whose columns are clear are imported at once; for others the page asks for the columns
   * and null is returned.
   */
  chooseData(name: string, files: NamedFile[]): Promise<DatasetSummary | null>;
  /** Shows the files of the last import again, to choose other columns. */
  reopenData(): Promise<void>;
  /** Shows how the files would be read by other columns. */
  previewColumns(mapping: ColumnMapping): Promise<void>;
  /** Imports the files whose columns were chosen. */
  importDraft(): Promise<DatasetSummary | null>;
  /** Ids of the imported adapters that fit a model of the library. */
  fittingAdapters(modelId: string): Promise<string[]>;
  /** Ends an import or a download that is under way. */
  cancelImport(): Promise<void>;
  /** Asks the Hub what a dataset offers, into the store. */
  lookUpHubDataset(request: HubDatasetRequest): Promise<void>;
  /** Downloads files of a dataset that was looked up, and goes on as with files that were chosen. */
  takeHubDataset(name: string, files: HubDatasetFile[]): Promise<DatasetSummary | null>;
  /** Lengths in tokens of a dataset with a model, into the store. */
  measureTokens(datasetId: string, modelId: string, maxLength: number): Promise<void>;
}

type ImportWith = (name: string, files: NamedFile[], mapping: ColumnMapping | null) => Promise<DatasetSummary>;

/** @param importWith imports, with progress and failure in the store */
export function createDataCommands(store: StudioStore, data: DataClient, importWith: ImportWith): DataCommandSet {
  const { setDataDraft, setLastData, setTokens, setImport, setHubDataset } = store.getState();

  async function take(name: string, files: NamedFile[], mapping: ColumnMapping | null): Promise<DatasetSummary> {
    const summary = await importWith(name, files, mapping);
    setLastData({ datasetId: summary.id, name, files });
    return summary;
  }

  async function look(name: string, files: NamedFile[]) {
    setImport('dataset', { name, error: null });
    try {
      const preview = await data.send('previewDataset', { files, mapping: null });
      setImport('dataset', null);
      return preview;
    } catch (error) {
      setImport('dataset', { name, error: errorShapeOf(error) });
      throw error;
    }
  }

  async function chooseData(name: string, files: NamedFile[]): Promise<DatasetSummary | null> {
    setDataDraft(null);
    const preview = await look(name, files);
    // Without columns there is nothing to choose: the import says what is wrong.
    if (preview.columns.length === 0) return take(name, files, null);
    if (preview.mapping?.kind === 'preference') return take(name, files, preview.mapping);
    setDataDraft({ name, files, preview, mapping: preview.mapping });
    return null;
  }

  /** Downloads, with progress and failure in the store. */
  async function download(name: string, request: HubDatasetRequest, files: HubDatasetFile[]): Promise<NamedFile[]> {
    setImport('dataset', { name, error: null });
    try {
      const downloaded = await data.send('downloadHubDataset', { request, files });
      setImport('dataset', null);
      return downloaded;
    } catch (error) {
      const shape = errorShapeOf(error);
      setImport('dataset', shape.name === 'CancelledError' ? null : { name, error: shape });
      throw error;
    } finally {
      store.getState().receiveImportProgress(null);
    }
  }

  return {
    chooseData,
    reopenData: async () => {
      const { lastData } = store.getState();
      if (lastData === null) return;
      const { name, files } = lastData;
      const preview = await look(name, files);
      setDataDraft({ name, files, preview, mapping: preview.mapping });
    },
    previewColumns: async (mapping) => {
      const { dataDraft } = store.getState();
      if (dataDraft === null) return;
      setDataDraft({ ...dataDraft, mapping });
      const preview = await data.send('previewDataset', { files: dataDraft.files, mapping });
      const now = store.getState().dataDraft;
      // A later choice may have been made meanwhile.
      if (now?.files === dataDraft.files && now.mapping === mapping) setDataDraft({ ...now, preview });
    },
    importDraft: async () => {
      const { dataDraft } = store.getState();
      if (!dataDraft?.mapping) return null;
      const { name, files, mapping } = dataDraft;
      const summary = await take(name, files, mapping);
      setDataDraft(null);
      return summary;
    },
    fittingAdapters: (modelId) => data.send('fittingAdapters', { modelId }),
    cancelImport: async () => void (await data.send('cancelImport', null)),
    lookUpHubDataset: async (request) => {
      setHubDataset({ request, found: null, error: null });
      const settle = (part: Pick<HubLookUp, 'found' | 'error'>) => {
        // A later look-up may have begun meanwhile.
        if (store.getState().hubDataset?.request === request) setHubDataset({ request, ...part });
      };
      try {
        settle({ found: await data.send('lookUpHubDataset', request), error: null });
      } catch (error) {
        settle({ found: null, error: errorShapeOf(error) });
      }
    },
    takeHubDataset: async (name, files) => {
      const request = store.getState().hubDataset?.request;
      if (request === undefined) throw new Error('internal: no dataset was looked up');
      const summary = await chooseData(name, await download(name, request, files));
      setHubDataset(null);
      return summary;
    },
    measureTokens: async (datasetId, modelId, maxLength) => {
      const key = tokensKey(datasetId, modelId, maxLength);
      setTokens({ key, report: null, error: null });
      const settle = (part: Pick<NonNullable<ReturnType<StudioStore['getState']>['tokens']>, 'report' | 'error'>) => {
        if (store.getState().tokens?.key === key) setTokens({ key, ...part });
      };
      try {
        settle({ report: await data.send('measureTokens', { datasetId, modelId, maxLength }), error: null });
      } catch (error) {
        settle({ report: null, error: errorShapeOf(error) });
      }
    },
  };
}
