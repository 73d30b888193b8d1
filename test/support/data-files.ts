/** Small data files of every format with the same records, as other programs write them. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import Papa from 'papaparse';
import type { FileContent } from './import-data';

export type FlatRecord = Readonly<Record<string, string>>;

export const bytesOf = (content: FileContent): Uint8Array<ArrayBuffer> =>
  typeof content === 'string' ? Uint8Array.from(Buffer.from(content)) : content;

export const gzip = (content: FileContent): Uint8Array<ArrayBuffer> => Uint8Array.from(gzipSync(bytesOf(content)));

export const jsonLines = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

export const csv = (records: readonly FlatRecord[], delimiter = ','): string =>
  Papa.unparse(records as FlatRecord[], { delimiter, newline: '\r\n' });

const compressors = {
  GZIP: (input: Uint8Array) => Uint8Array.from(gzipSync(input)),
  BROTLI: (input: Uint8Array) => Uint8Array.from(brotliCompressSync(input)),
};

/** A parquet file; every value of a column is a text, or a list of messages. */
export function parquet(
  records: readonly Readonly<Record<string, unknown>>[],
  codec: CompressionCodec = 'SNAPPY',
  rowGroupSize = 1000,
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(records[0] ?? {});
  const columnData = names.map((name) => {
    const data = records.map((record) => record[name]);
    return typeof data[0] === 'string' ? { name, data, type: 'STRING' as const } : { name, data };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, codec, compressors, rowGroupSize }));
}

/** The records as files of every format. */
export function everyFormat(records: readonly FlatRecord[]): { path: string; content: FileContent }[] {
  const plain: { path: string; content: FileContent }[] = [
    { path: 'a.jsonl', content: jsonLines(records) },
    { path: 'a.json', content: JSON.stringify(records, null, 1) },
    { path: 'a.csv', content: csv(records) },
    { path: 'a.tsv', content: csv(records, '\t') },
    { path: 'a.parquet', content: parquet(records) },
  ];
  return [...plain, ...plain.map(({ path, content }) => ({ path: `${path}.gz`, content: gzip(content) }))];
}
