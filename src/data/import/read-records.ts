/**
 * The records of a data file, whatever they hold, in batches: .jsonl, .json, .csv, .tsv and .parquet, each also as .gz. A file
 * that cannot be read at all is an InputError; a single broken record is handed on with its number.
 */
import { InputError } from '../../protocol/errors';
import type { NamedFile } from '../../protocol/library';
import { emptyFile, readBytes, readTextBytes } from './bytes';
import type { RawRecord, ReadOptions } from './raw-record';
import { readCsv } from './read-csv';
import { readLines } from './read-lines';
import { readList } from './read-list';
import { readParquet } from './read-parquet';

const FORMAT = /\.(jsonl|ndjson|json|csv|tsv|parquet)(?:\.gz)?$/i;
const LIST_START = '['.charCodeAt(0);

/** Batches of the records of one file in order, without blank ones; at least one record. */
export async function* readRecords(file: NamedFile, options: ReadOptions): AsyncGenerator<RawRecord[]> {
  let count = 0;
  for await (const batch of openRecords(file, options)) {
    count += batch.length;
    if (count > options.limits.records) throw tooMany(file.path, options.limits.records);
    yield batch;
  }
  if (count === 0) throw new InputError(`${file.path} holds no records. Choose a file with data.`);
}

function openRecords(file: NamedFile, options: ReadOptions): AsyncGenerator<RawRecord[]> {
  const format = FORMAT.exec(file.path)?.[1]?.toLowerCase();
  switch (format) {
    case 'csv':
    case 'tsv':
      return readCsv(file.path, readTextBytes(file, options), options.limits);
    case 'parquet':
      return openParquet(file, options);
    case 'json':
    case 'jsonl':
    case 'ndjson':
      return readJson(file, format === 'json', options);
    default:
      throw new InputError(
        `${file.path} is no data file. Choose .jsonl, .json, .csv, .tsv or .parquet files, each also as .gz.`,
      );
  }
}

/** A parquet file is read from its end, so one in gzip is unpacked first (into blobs, which browsers keep outside the heap). */
async function* openParquet(file: NamedFile, options: ReadOptions): AsyncGenerator<RawRecord[]> {
  if (!/\.gz$/i.test(file.path)) {
    if (file.file.size === 0) throw emptyFile(file.path);
    yield* readParquet(file.path, file.file, options);
    return;
  }
  const pieces: Blob[] = [];
  for await (const piece of readBytes(file, options)) pieces.push(new Blob([piece as Uint8Array<ArrayBuffer>]));
  yield* readParquet(file.path, new Blob(pieces), { ...options, onBytes: () => {} });
}

/** A list, or one record a line, whichever the first character says. */
async function* readJson(file: NamedFile, named: boolean, options: ReadOptions): AsyncGenerator<RawRecord[]> {
  const pieces = readTextBytes(file, options);
  const head: Uint8Array[] = [];
  let first: number | undefined;
  while (first === undefined) {
    const { done, value } = await pieces.next();
    if (done) throw emptyFile(file.path);
    first = value.find((byte) => byte > 0x20);
    // Blank lines before the first record count; a list has no lines.
    head.push(value);
  }
  const all = after(head, pieces);
  if (first === LIST_START) yield* readList(file.path, all, options.limits);
  else if (named) yield* refusingSingleValue(file.path, readLines(all, options.limits));
  else yield* readLines(all, options.limits);
}

async function* after(head: Uint8Array[], rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* head;
  yield* rest;
}

/** A .json file may hold one record a line; but one value over the whole file that is no list is not a list of records. */
async function* refusingSingleValue(path: string, batches: AsyncGenerator<RawRecord[]>): AsyncGenerator<RawRecord[]> {
  let count = 0;
  let objects = 0;
  for await (const batch of batches) {
    count += batch.length;
    for (const record of batch)
      if ('json' in record && record.json !== null && typeof record.json === 'object') objects++;
    yield batch;
  }
  if (count > 1 && objects > 0) return;
  throw new InputError(
    `${path} does not hold a JSON list. Give a list of records, [{"chosen": ..., "rejected": ...}, ...], or one record a line.`,
  );
}

function tooMany(path: string, limit: number): InputError {
  return new InputError(
    `${path} has more than ${limit.toLocaleString('en')} records. Split it, or choose a part of it.`,
  );
}
