/**
 * Rows of a .csv or .tsv file as records by the header's names. papaparse reads the rows; here they are fed to it piece by
 * piece, so that only the row at hand is kept. The delimiter is guessed from the header: comma, semicolon, tab or bar.
 */
import Papa from 'papaparse';
import { InputError } from '../../protocol/errors';
import { megabytes } from './bytes';
import type { ImportLimits } from './limits';
import type { RawRecord } from './raw-record';

const DELIMITERS = [',', '\t', ';', '|'];

/** Broken quotes make the rows behind them doubtful; so many of them, and the file is no CSV. */
const MOST_BROKEN = 1000;

interface ParsedRows {
  rows: string[][];
  /** After `rows` comes a line with broken quotes, which is passed over. */
  broken: boolean;
  /** Characters that were read. */
  consumed: number;
}

/** @throws InputError for text that is not UTF-8, a header without names, and a row over the limit */
export async function* readCsv(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  limits: ImportLimits,
): AsyncGenerator<RawRecord[]> {
  const table = new TableReader(path, limits);
  for await (const text of decoded(path, pieces)) {
    const batch = table.read(text, false);
    if (batch.length > 0) yield batch;
  }
  const last = table.read('', true);
  if (last.length > 0) yield last;
}

async function* decoded(path: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const piece of pieces) yield utf8.decode(piece, { stream: true });
    yield utf8.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(`${path} is not UTF-8 text throughout. Save it as UTF-8 and try again.`, { cause: error });
  }
}

class TableReader {
  private pending = '';
  /** Shorter text than this was tried and held no whole row. */
  private tried = 0;
  private row = 0;
  private broken = 0;
  private header: string[] | null = null;
  private delimiter = ',';
  private newline: '\n' | '\r' = '\n';

  constructor(
    private readonly path: string,
    private readonly limits: ImportLimits,
  ) {}

  /** The records of the rows that `text` completes; with `last`, of all that is left. */
  read(text: string, last: boolean): RawRecord[] {
    this.pending += text;
    // A long row is not read again and again from its start: only when there is twice as much of it.
    if (!last && this.pending.length < 2 * this.tried) return [];
    if (this.header === null) {
      if (!last && !/[\n\r]/.test(this.pending)) return this.wait();
      this.guess();
    }
    const records: RawRecord[] = [];
    for (let found = true; found;) {
      const { rows, broken, consumed } = this.parse(this.pending, last);
      this.pending = this.pending.slice(consumed);
      for (const cells of rows) this.take(cells, records);
      if (broken) this.takeBroken(records);
      found = broken;
      if (consumed === 0) return [...records, ...this.wait()];
    }
    this.tried = 0;
    return records;
  }

  private wait(): RawRecord[] {
    this.tried = this.pending.length;
    if (this.tried <= this.limits.recordBytes) return [];
    throw new InputError(
      `${this.path}: row ${this.row + 1} is longer than ${megabytes(this.limits.recordBytes)}; a quote in it is probably not closed. Repair the file.`,
    );
  }

  private guess(): void {
    if (!this.pending.includes('\n') && this.pending.includes('\r')) this.newline = '\r';
    let most = 0;
    for (const delimiter of DELIMITERS) {
      const columns = parseRows(this.pending.slice(0, 65_536), delimiter, this.newline, true, 1).rows[0]?.length ?? 0;
      if (columns <= most) continue;
      most = columns;
      this.delimiter = delimiter;
    }
  }

  private parse(text: string, last: boolean): ParsedRows {
    return parseRows(text, this.delimiter, this.newline, last);
  }

  /** The header and blank rows count, and give no record. */
  private take(cells: string[], records: RawRecord[]): void {
    const line = ++this.row;
    const blank = cells.length === 1 && cells[0]?.trim() === '';
    if (blank) return;
    if (this.header === null) {
      this.header = checkHeader(this.path, cells);
    } else if (cells.length === this.header.length) {
      const columns = this.header.map((name, i) => [name, cellValue(cells[i] ?? '')] as const);
      records.push({ line, json: Object.fromEntries(columns) });
    } else {
      records.push({ line, fault: `has ${cells.length} fields, the header has ${this.header.length}` });
    }
  }

  private takeBroken(records: RawRecord[]): void {
    const line = ++this.row;
    this.broken += 1;
    if (this.header === null || this.broken > MOST_BROKEN) {
      const where =
        this.header === null ? 'its header has' : `more than ${MOST_BROKEN} rows (the last is ${line}) have`;
      throw new InputError(
        `${this.path}: ${where} broken quotes. Write the file again, with quotes in fields doubled.`,
      );
    }
    records.push({ line, fault: 'a quoted field is not closed, or goes on after its closing quote' });
  }
}

/**
 * With `last`, what follows the last line break is a row too. papaparse joins a field with a broken quote to whatever comes
 * until the next good one; here its line is given up, and reading goes on with the next.
 */
function parseRows(text: string, delimiter: string, newline: '\n' | '\r', last: boolean, preview = 0): ParsedRows {
  const parser = new Papa.Parser({ delimiter, newline, preview });
  const { data, errors, meta } = parser.parse(text, 0, !last) as {
    data: string[][];
    errors: { row: number; index: number }[];
    meta: { cursor: number };
  };
  const [error] = errors;
  // A row that is not whole yet is not judged.
  const broken = error !== undefined && error.row < data.length;
  // A file that ends with a line break has no row after it.
  const whole = last && !broken && text.endsWith(newline) && data.at(-1)?.join('') === '' ? data.slice(0, -1) : data;
  const rows = broken ? data.slice(0, error.row) : whole;
  for (const row of rows) row.push((row.pop() ?? '').replace(/\r$/, ''));
  const lineEnd = broken ? text.indexOf(newline, error.index) : -1;
  if (broken && lineEnd >= 0) return { rows, broken, consumed: lineEnd + 1 };
  return { rows, broken, consumed: last ? text.length : meta.cursor };
}

function checkHeader(path: string, cells: string[]): string[] {
  const names = cells.map((name) => name.trim());
  if (names.every((name) => name === ''))
    throw new InputError(`${path}: the first row has no column names. Add a header.`);
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(`${path}: two columns are called "${twice}". Rename one.`);
  return names.map((name, i) => (name === '' ? `column ${i + 1}` : name));
}

/** Lists of messages are in CSV files as JSON text. */
function cellValue(cell: string): unknown {
  if (!/^\s*\[\s*\{\s*"/.test(cell)) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}
