/** Datasets on a Hub (huggingface.co or a mirror of it) before anything of them is downloaded. Types only. */

/** Where a dataset is asked for. */
export interface HubDatasetRequest {
  /** "https://huggingface.co", or the address of a mirror. */
  endpoint: string;
  /** "owner/name" or "owner/name@revision". */
  id: string;
  /** For gated datasets; kept in memory only and sent to the endpoint alone. */
  token: string | null;
}

export interface HubDatasetFile {
  path: string;
  bytes: number;
  /** Branch, tag or commit that it is read from. */
  revision: string;
}

export interface HubDatasetConfig {
  /** 'default' where the repository names none. */
  name: string;
  splits: { name: string; files: HubDatasetFile[] }[];
}

/** What a repository offers. */
export interface HubDataset {
  /** "owner/name" */
  name: string;
  configs: HubDatasetConfig[];
  /** The files are the Hub's own conversion to parquet, because the repository has none that can be read. */
  converted: boolean;
}
