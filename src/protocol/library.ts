/** What a browser keeps to begin runs with, models, data and adapters, as the page lists them; and files on their way. Types only. */
import type { ColumnMapping, DatasetItem, DatasetKind, DatasetReport } from './dataset';

export interface ModelSummary {
  /** Content hash of all files. */
  id: string;
  name: string;
  architecture: string;
  parameters: number;
  bytes: number;
  weightsDtype: string;
  vocabSize: number;
  contextLength: number;
  hasChatTemplate: boolean;
  /** Where it was downloaded from; null for files of this computer. */
  source: { endpoint: string; name: string; commit: string; licence: string | null } | null;
  /** Milliseconds since 1970; missing in what earlier versions imported. */
  importedAt?: number;
  /** As they are stored; missing where they are in the cache of downloads. */
  files?: OutputFile[];
}

/** A line of a data file that could not be used. Lines count from 1. */
export interface LineProblem {
  file: string;
  line: number;
  message: string;
}

export interface DatasetSummary {
  id: string;
  name: string;
  kind: DatasetKind;
  /** Pairs, or items of an SFT dataset. */
  pairs: number;
  /** Of its texts as they are stored; missing in datasets of earlier versions. */
  bytes?: number;
  /** Lines that could not be used, the first 100; `badLineCount` counts all. */
  badLines: LineProblem[];
  badLineCount: number;
  /** Pairs left out at import, by reason. */
  dropped: Record<string, number>;
  examples: DatasetItem[];
  /** Which columns were read; null for datasets of earlier versions. */
  columns: ColumnMapping | null;
  report: DatasetReport | null;
  /** Milliseconds since 1970; missing in what earlier versions imported. */
  importedAt?: number;
}

/** An imported PEFT adapter that can take the place of SFT. */
export interface ImportedAdapterSummary {
  id: string;
  name: string;
  rank: number;
  alpha: number;
  targets: string[];
  /** Milliseconds since 1970; missing in what earlier versions imported. */
  importedAt?: number;
  /** As they are stored. */
  files?: OutputFile[];
}

export interface OutputFile {
  path: string;
  bytes: number;
}

/** A file with the path it had in the chosen folder. */
export interface NamedFile {
  path: string;
  file: Blob;
}
