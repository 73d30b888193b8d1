/** Datasets as they cross threads: what kind they are, which columns were read, and the report of an import. Types only. */
import type { PreferencePair } from './preference';

/** 'preference': prompt, chosen, rejected. 'sft': prompt and one response; trains SFT and nothing else. */
export type DatasetKind = 'preference' | 'sft';

/**
 * Which columns of a data file hold what. Several prompt columns are joined with a blank line between them; none means that
 * the prompt is in the response columns (HH transcripts, whole conversations) or that there is none (plain text).
 */
export type ColumnMapping =
  | { kind: 'preference'; prompt: string[]; chosen: string; rejected: string }
  | { kind: 'sft'; prompt: string[]; response: string };

/** One response to learn from, of a dataset of kind 'sft'. */
export interface SftItem {
  /** Content hash of prompt and response (hex). */
  id: string;
  /** Empty text where the data has no prompts. */
  prompt: PreferencePair['prompt'];
  response: string;
}

export type DatasetItem = PreferencePair | SftItem;

/** What the split of a dataset needs to know of an item, without its texts. */
export interface SplitKey {
  id: string;
  /** Items with the same prompt have the same: the first 128 bits of its SHA-256 (32 hex digits). */
  prompt: string;
  /** From a file that is named as a test or validation split. */
  heldOut: boolean;
}

/** A record of a file that was left out, and why: a DropReason, 'duplicate', or a sentence. */
export interface DroppedLine {
  file: string;
  /** From 1: the line, the element of a JSON list, or the row (the header of a CSV file is row 1). */
  line: number;
  reason: string;
}

/** How long texts are. `edges` has one entry more than `counts`; the last bin also holds what is longer. */
export interface LengthStatistics {
  edges: number[];
  counts: number[];
  count: number;
  mean: number;
  median: number;
  p90: number;
  max: number;
}

/** A record that is nearly the same as an earlier one. */
export interface NearDuplicate {
  file: string;
  line: number;
  likeFile: string;
  likeLine: number;
}

export interface ImportedFile {
  path: string;
  records: number;
  taken: number;
  /** Named as a test or validation split beside other files: its prompts are held out. */
  heldOut: boolean;
}

export interface DatasetReport {
  files: ImportedFile[];
  /** The first 100 of the dropped records; `dropped` of the summary counts all. */
  droppedLines: DroppedLine[];
  /** In characters: prompt, chosen, rejected, or prompt, response. */
  lengths: Record<string, LengthStatistics>;
  /** Different prompts. */
  prompts: number;
  nearDuplicates: number;
  nearDuplicateExamples: NearDuplicate[];
  /** Prompts of held-out files that other files have too: they are not trained on. Null without held-out files. */
  promptsInBoth: number | null;
}

/** Lengths in tokens of a dataset for one model, of all or of a sample of its records. */
export interface TokenReport {
  datasetId: string;
  modelId: string;
  maxLength: number;
  /** Records measured. */
  sampled: number;
  /** Of the prompt and each response; `total` is the prompt with its longest response and end token. */
  lengths: Record<string, LengthStatistics>;
  /** Share of the measured records whose `total` is over maxLength. */
  overMaxLength: number;
}

/** The beginning of data files, to choose columns by. */
export interface DatasetPreview {
  /** Column names in their order, with the beginning of the values of the first rows. */
  columns: { name: string; values: string[] }[];
  /** What the columns seem to be; null when they could be anything. */
  mapping: ColumnMapping | null;
  rows: PreviewRow[];
}

/** A row as the mapping reads it. */
export interface PreviewRow {
  line: number;
  /** Prompt, chosen, rejected or response by name; texts are cut. Null when the row cannot be used. */
  texts: Record<string, string> | null;
  /** Why the row cannot be used. */
  problem: string | null;
}

/** How far an import or the download before it is. */
export interface ImportProgressReport {
  name: string;
  bytesDone: number;
  bytesTotal: number;
  /** Null while files are downloaded. */
  records: number | null;
}
