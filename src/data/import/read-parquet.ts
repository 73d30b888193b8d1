/**
 * Rows of a parquet file by hyparquet, one row group at a time, only the wanted columns. What a damaged file makes the library
 * throw becomes an error that names the file. A row group is in memory at once: groups over the limit are refused.
 */
import { parquetMetadataAsync, parquetReadObjects, snappyUncompress } from 'hyparquet';
import type { AsyncBuffer, Compressors, FileMetaData, RowGroup } from 'hyparquet';
import { InputError } from '../../protocol/errors';
import { megabytes } from './bytes';
import type { ImportLimits } from './limits';
import type { RawRecord, ReadOptions } from './raw-record';

const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4', 'LZ4_RAW'];
/** The file ends with the metadata, its length in 4 bytes and "PAR1". */
const FOOTER_END = 8;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @param blob the file without gzip around it */
export async function* readParquet(path: string, blob: Blob, options: ReadOptions): AsyncGenerator<RawRecord[]> {
  const { limits, signal, onBytes } = options;
  const metadata = await readMetadata(path, blob, limits);
  const columns = wantedColumns(metadata, options.columns);
  const compressors = await loadCompressors(path, metadata, limits);
  let rowStart = 0;
  let done = 0;
  for (const [i, group] of metadata.row_groups.entries()) {
    signal?.throwIfAborted();
    const what = `${path}, row group ${i + 1}`;
    checkGroup(what, group, blob, columns, limits);
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await guarded(what, () =>
      parquetReadObjects({
        file: asyncBuffer(blob),
        metadata,
        columns,
        rowStart,
        rowEnd,
        compressors,
        parsers: { stringFromBytes: textOrBytes },
      }),
    );
    const first = rowStart + 1;
    yield rows.map((row, at) => ({ line: first + at, json: row }));
    rowStart = rowEnd;
    done += group.columns.reduce((sum, { meta_data: column }) => sum + Number(column?.total_compressed_size ?? 0), 0);
    onBytes?.(Math.min(done, blob.size));
  }
  onBytes?.(blob.size);
}

function asyncBuffer(blob: Blob): AsyncBuffer {
  return { byteLength: blob.size, slice: (start, end) => blob.slice(start, end).arrayBuffer() };
}

async function readMetadata(path: string, blob: Blob, limits: ImportLimits): Promise<FileMetaData> {
  const end = new Uint8Array(await blob.slice(Math.max(0, blob.size - FOOTER_END)).arrayBuffer());
  const magic = String.fromCharCode(...end.slice(4));
  if (end.length < FOOTER_END || magic !== 'PAR1') {
    const known =
      magic === 'PARE' ? 'its footer is encrypted' : 'it does not end as one: it is cut off or something else';
    throw new InputError(`${path} is no readable parquet file: ${known}. Load it again from its source.`);
  }
  const length = new DataView(end.buffer).getUint32(0, true);
  if (length + FOOTER_END > blob.size || length > limits.parquetFooterBytes) {
    throw new InputError(`${path} is damaged: its footer cannot have ${length} bytes. Load it again from its source.`);
  }
  const metadata = await guarded(path, () => parquetMetadataAsync(asyncBuffer(blob)));
  if (metadata.schema.length > 1) return metadata;
  throw new InputError(`${path} has no columns.`);
}

/** Top-level columns: those asked for that are there, or all. */
function wantedColumns({ schema }: FileMetaData, wanted: readonly string[] | undefined): string[] {
  const all: string[] = [];
  for (let i = 1; i < schema.length; i = afterColumn(schema, i)) all.push(schema[i]?.name ?? '');
  const chosen = wanted === undefined ? all : all.filter((name) => wanted.includes(name));
  return chosen.length > 0 ? chosen : all;
}

/** The schema is a tree, depth first: the index behind element i and all below it. */
function afterColumn(schema: FileMetaData['schema'], i: number): number {
  let next = i + 1;
  for (let left = schema[i]?.num_children ?? 0; left > 0 && next < schema.length; left--) {
    next = afterColumn(schema, next);
  }
  return next;
}

/** The WASM and tables of the decompressors are loaded only for files that need them; Snappy is in hyparquet itself. */
async function loadCompressors(path: string, { row_groups }: FileMetaData, limits: ImportLimits): Promise<Compressors> {
  const used = new Set(
    row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec ?? 'unknown')),
  );
  for (const codec of used) {
    if (!CODECS.includes(codec)) {
      throw new InputError(
        `${path} is packed with ${codec}, which cannot be read. Write it again with SNAPPY, ZSTD or GZIP, or as .jsonl.`,
      );
    }
  }
  const unpackers = [...used].every((codec) => codec === 'UNCOMPRESSED' || codec === 'SNAPPY')
    ? {}
    : await loadOthers();
  return bounded({ ...unpackers, SNAPPY: snappyInto }, limits.parquetGroupBytes);
}

/** The decompressors by codec; zstd without a given output would allocate what the data says, not what the page says. */
async function loadOthers(): Promise<Compressors> {
  const { compressors, decompressZstd } = await import('hyparquet-compressors');
  return { ...compressors, ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)) };
}

function snappyInto(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  snappyUncompress(input, output);
  return output;
}

/** Refuses pages that say they are larger than any may be, before memory is taken for them. */
function bounded(unpackers: Compressors, limit: number): Compressors {
  const entries = Object.entries(unpackers).map(([codec, unpack]) => {
    const checked = (input: Uint8Array, length: number) => {
      if (length > limit) throw new RangeError(`a page says that it unpacks to ${megabytes(length)}`);
      return unpack(input, length);
    };
    return [codec, checked] as const;
  });
  return Object.fromEntries(entries);
}

function checkGroup(what: string, group: RowGroup, blob: Blob, columns: string[], limits: ImportLimits): void {
  let bytes = 0;
  for (const { meta_data: column } of group.columns) {
    if (!column || !columns.includes(column.path_in_schema[0] ?? '')) continue;
    bytes += Number(column.total_uncompressed_size);
    const end = Number(column.data_page_offset) + Number(column.total_compressed_size);
    if (Number(column.data_page_offset) < 0 || end > blob.size + FOOTER_END) {
      throw new InputError(
        `${what}: a column lies outside the file: it is cut off or damaged. Load it again from its source.`,
      );
    }
  }
  if (Number(group.num_rows) > limits.records)
    throw new InputError(`${what} says it has ${group.num_rows} rows, more than can be read.`);
  if (bytes <= limits.parquetGroupBytes) return;
  throw new InputError(
    `${what} takes ${megabytes(bytes)} of memory; at most ${megabytes(limits.parquetGroupBytes)} can be read at once. Write the file with smaller row groups, or as .jsonl.`,
  );
}

/** Bytes stay bytes where they are no UTF-8, and are then refused as not being text, instead of mangled. */
function textOrBytes(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes;
  }
}

async function guarded<T>(what: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`${what} cannot be read as parquet (${reason}). Load the file again from its source.`, {
      cause: error,
    });
  }
}
