/** Looks at the beginning of data files: their columns, what these seem to be, and how the first rows would be read. */
import type { ColumnMapping, DatasetPreview, PreviewRow } from '../../protocol/dataset';
import { InputError } from '../../protocol/errors';
import type { NamedFile } from '../../protocol/library';
import { columnNames, columnsOf, detectColumns, readRecord } from './columns';
import { promptText } from './import-report';
import { importLimits, type ImportLimits } from './limits';
import type { RawRecord } from './raw-record';
import { readRecords } from './read-records';

/** Readable records that columns are guessed from, and where the search for them ends. */
const WANTED = 50;
const LOOKED_AT = 1000;
const SHOWN_ROWS = 5;
const SHOWN_LENGTH = 400;

/** The beginning of the first file as it would be read; `mapping` null for what the columns seem to be. @throws InputError */
export async function previewDataset(
  files: readonly NamedFile[],
  mapping: ColumnMapping | null,
  limits: ImportLimits = importLimits,
): Promise<DatasetPreview> {
  const records = await firstRecords(files, limits);
  const readable = records.flatMap((record) => ('json' in record ? [record.json] : []));
  const chosen = mapping ?? detectColumns(readable);
  const shown = records.slice(0, SHOWN_ROWS);
  return {
    columns: columnNames(readable).map((name) => ({
      name,
      values: readable.slice(0, SHOWN_ROWS).map((json) => shortValue(columnsOf(json)?.[name])),
    })),
    mapping: chosen,
    rows: chosen === null ? [] : shown.map((record) => previewRow(record, chosen)),
  };
}

/** @throws InputError that names the columns when none of them are known names */
export async function detectMapping(files: readonly NamedFile[], limits: ImportLimits): Promise<ColumnMapping> {
  const records = await firstRecords(files, limits);
  const readable = records.flatMap((record) => ('json' in record ? [record.json] : []));
  const mapping = detectColumns(readable);
  if (mapping !== null) return mapping;
  const path = files[0]?.path ?? '';
  const names = columnNames(readable);
  const first = records[0];
  if (names.length === 0 && first && 'fault' in first) {
    throw new InputError(
      `${path}: its first ${records.length} records cannot be read; line ${first.line}: ${first.fault}. Expected records with "chosen" and "rejected", or with "prompt" and a response.`,
    );
  }
  const found =
    names.length === 0
      ? 'its records have no columns'
      : `its columns are ${names
          .slice(0, 20)
          .map((name) => `"${name.slice(0, 80)}"`)
          .join(', ')}`;
  throw new InputError(
    `${path}: ${found}, and it is not clear which are which. Choose the columns, or name them "chosen" and "rejected" (and "prompt"), or "prompt" and "response".`,
  );
}

/** Until there are enough readable ones; those that cannot be read are among them. */
async function firstRecords(files: readonly NamedFile[], limits: ImportLimits): Promise<RawRecord[]> {
  const [file] = files;
  if (file === undefined)
    throw new InputError('No data file was chosen. Choose .jsonl, .json, .csv or .parquet files.');
  const records: RawRecord[] = [];
  let readable = 0;
  for await (const batch of readRecords(file, { limits })) {
    for (const record of batch) {
      records.push(record);
      if ('json' in record) readable += 1;
      if (readable >= WANTED || records.length >= LOOKED_AT) return records;
    }
  }
  return records;
}

function previewRow(record: RawRecord, mapping: ColumnMapping): PreviewRow {
  const { line } = record;
  if ('fault' in record) return { line, texts: null, problem: record.fault };
  const parsed = readRecord(record.json, mapping);
  if (parsed.kind === 'bad') return { line, texts: null, problem: parsed.message };
  if (parsed.kind === 'dropped') return { line, texts: null, problem: parsed.reason };
  const prompt = promptText(parsed.prompt);
  const texts =
    parsed.kind === 'sft'
      ? { prompt, response: parsed.response }
      : { prompt, chosen: parsed.chosen, rejected: parsed.rejected };
  return {
    line,
    texts: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, shortened(text)])),
    problem: null,
  };
}

function shortValue(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return shortened(value);
  try {
    return shortened(
      JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? '',
    );
  } catch {
    return '…';
  }
}

function shortened(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}
