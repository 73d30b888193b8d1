/** What an import takes at most, so that no file can fill the memory or keep the worker busy for ever. */

export interface ImportLimits {
  /** Bytes of one file after unpacking. */
  unpackedBytes: number;
  /** Unpacked bytes for one packed byte, checked from `gzipFreeBytes` on. Text packs 3 to 20 times, deflate at most 1,032. */
  gzipRatio: number;
  gzipFreeBytes: number;
  /** One line, list element or row. */
  recordBytes: number;
  /** Lists and objects within each other in one record. */
  depth: number;
  records: number;
  /** The wanted columns of one row group of a parquet file: they are in memory at once. */
  parquetGroupBytes: number;
  parquetFooterBytes: number;
}

const MB = 1e6;

export const importLimits: ImportLimits = {
  unpackedBytes: 8000 * MB,
  gzipRatio: 300,
  gzipFreeBytes: 64 * MB,
  recordBytes: 16 * MB,
  depth: 64,
  records: 5e6,
  parquetGroupBytes: 512 * MB,
  parquetFooterBytes: 64 * MB,
};
