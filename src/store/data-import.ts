/**
 * Data files on their way in: which were chosen, how their columns would be read, how far their import is, and lengths in tokens
 * that were asked for. Leaves out the files' content, which only the data worker reads.
 */
import type { ColumnMapping, DatasetPreview, ImportProgressReport, TokenReport } from '../protocol/dataset';
import type { HubDataset, HubDatasetRequest } from '../protocol/hub-dataset';
import type { NamedFile } from '../protocol/library';
import type { ErrorShape } from '../protocol/worker-error';
import type { Slice } from './slice';

export interface DataDraft {
  name: string;
  files: NamedFile[];
  preview: DatasetPreview;
  /** What the person has chosen so far; null before there is anything to read by. */
  mapping: ColumnMapping | null;
}

/** Lengths in tokens of one dataset with one model and length: being measured, there, or impossible. */
export interface TokenMeasurement {
  key: string;
  report: TokenReport | null;
  error: ErrorShape | null;
}

/** A dataset of the Hub: being looked up, found, or not to be had. Its token is kept nowhere else. */
export interface HubDatasetLookUp {
  request: HubDatasetRequest;
  found: HubDataset | null;
  error: ErrorShape | null;
}

export interface DataImportSlice {
  /** Set while the person chooses columns. */
  dataDraft: DataDraft | null;
  /** The files of the last import, to read again with other columns; gone with a reload. */
  lastData: { datasetId: string; name: string; files: NamedFile[] } | null;
  importProgress: ImportProgressReport | null;
  tokens: TokenMeasurement | null;
  hubDataset: HubDatasetLookUp | null;
  setHubDataset(lookUp: HubDatasetLookUp | null): void;
  setDataDraft(draft: DataDraft | null): void;
  setLastData(last: DataImportSlice['lastData']): void;
  receiveImportProgress(progress: ImportProgressReport | null): void;
  setTokens(tokens: TokenMeasurement | null): void;
}

export const tokensKey = (datasetId: string, modelId: string, maxLength: number): string =>
  `${datasetId} ${modelId} ${maxLength}`;

export const createDataImportSlice: Slice<DataImportSlice> = (set) => ({
  dataDraft: null,
  lastData: null,
  importProgress: null,
  tokens: null,
  hubDataset: null,

  setHubDataset: (hubDataset) => set({ hubDataset }),
  setDataDraft: (dataDraft) => set({ dataDraft }),
  setLastData: (lastData) => set({ lastData }),
  receiveImportProgress: (importProgress) => set({ importProgress }),
  setTokens: (tokens) => set({ tokens }),
});
