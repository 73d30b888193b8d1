/** Models on a Hub (huggingface.co or a mirror of it): what a look-up tells, downloads and their cache. Types and defaults only. */

export const defaultEndpoint = 'https://huggingface.co';

/** Where a model is asked for. */
export interface HubRequest {
  /** "https://huggingface.co", or the address of a mirror. */
  endpoint: string;
  /** "owner/name" or "owner/name@revision". */
  id: string;
  /** For gated models; kept in memory only and sent to the endpoint alone. */
  token: string | null;
}

/** A file of a repository and what its content hashes to: SHA-256 of large files, git's blob SHA-1 of the others. */
export interface HubFile {
  path: string;
  bytes: number;
  sha256: string | null;
  gitSha1: string | null;
}

/** One commit of one repository, and the files of it that a run reads. */
export interface HubModel {
  endpoint: string;
  /** "owner/name" */
  name: string;
  /** As asked for: a branch, tag or commit. */
  revision: string;
  /** The commit it stands for. */
  commit: string;
  /** "apache-2.0"; null where the model's page names none. */
  licence: string | null;
  files: HubFile[];
}

/** What is known of a model before any of its weights is downloaded. */
export interface HubLookUp {
  model: HubModel;
  /** Bytes of all files that a run needs. */
  bytes: number;
  /** Of these, already in this browser. */
  cachedBytes: number;
  /** config.json as it is. */
  config: unknown;
  /** "llama"; null where config.json names none. */
  architecture: string | null;
  /** null where the architecture is not supported. */
  parameters: number | null;
  contextLength: number | null;
  /** Why it cannot be used here, and what can be done; null when it can. */
  refusal: string | null;
}

/** How far a download is. */
export interface HubProgress {
  name: string;
  phase: 'downloading' | 'verifying' | 'importing';
  /** The file at work. */
  file: string;
  bytesDone: number;
  bytesTotal: number;
  /** Over the last seconds; null before it is known. */
  bytesPerSecond: number | null;
  secondsLeft: number | null;
}

/** A commit of a repository in this browser's cache, whole or in part. */
export interface CachedModel {
  key: string;
  model: HubModel;
  bytesStored: number;
  bytesTotal: number;
  /** The model in the library that is made of these files; null while there is none. */
  modelId: string | null;
}

export interface HubCache {
  models: CachedModel[];
  /** Of all that this address keeps in the browser; null where the browser does not say. */
  usedBytes: number | null;
  quotaBytes: number | null;
  /** Whether the browser promised not to clear it by itself. */
  persisted: boolean;
}
