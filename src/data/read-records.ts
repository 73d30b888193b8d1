/**
 * Reads the records of a .jsonl, .json, .jsonl.gz or .json.gz file, whatever they hold. A file that cannot be read at all
 * is an InputError; a single broken line is handed on with its number. What a record must contain is not known here.
 */
import { InputError } from '../protocol/errors';
import type { NamedFile } from '../protocol/studio';

/** A record or why it cannot be read. `line` counts from 1; in a JSON array it is the number of the element. */
export type RawRecord = { line: number; json: unknown } | { line: number; fault: string };

const NEWLINE = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The records of one file in order, without blank lines; at least one. */
export async function readRecords(file: NamedFile): Promise<RawRecord[]> {
  if (!/\.jsonl?(\.gz)?$/i.test(file.path)) {
    throw new InputError(`${file.path} is no preference file. Choose .jsonl, .json, .jsonl.gz or .json.gz files.`);
  }
  const bytes = withoutMark(await unpack(file), file.path);
  const first = bytes.findIndex((byte) => byte > 0x20);
  if (first < 0) throw new InputError(`${file.path} is empty. Choose a file with one preference a line.`);
  const isArray = bytes[first] === '['.charCodeAt(0);
  const isJson = /\.json(\.gz)?$/i.test(file.path);
  const records = isArray ? readArray(bytes, file.path) : [...readLines(bytes)];
  if (isJson && !isArray) refuseSingleValue(records, file.path);
  if (records.length === 0) throw new InputError(`${file.path} holds an empty list. Choose a file with preferences.`);
  return records;
}

/** The file's bytes, unpacked where they are gzip. */
async function unpack({ path, file }: NamedFile): Promise<Uint8Array> {
  const packed = new Uint8Array(await file.arrayBuffer());
  if (packed.length === 0) throw new InputError(`${path} is empty. Choose a file with one preference a line.`);
  const isGzip = packed[0] === 0x1f && packed[1] === 0x8b;
  if (!isGzip && /\.gz$/i.test(path)) {
    throw new InputError(
      `${path} is named .gz but is not gzip data. Load it again from its source, or drop ".gz" from its name.`,
    );
  }
  if (!isGzip) return packed;
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new InputError(
      `${path} cannot be unpacked: the gzip data is cut off or damaged. Load the file again from its source.`,
    );
  }
}

/** Without UTF-8's byte order mark; other encodings are refused by name. */
function withoutMark(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16 || bytes.subarray(0, 4096).includes(0)) {
    throw new InputError(`${path} is not UTF-8 text${isUtf16 ? ' but UTF-16' : ''}. Save it as UTF-8 and try again.`);
  }
  return bytes;
}

function readArray(bytes: Uint8Array, path: string): RawRecord[] {
  const json = parseWhole(bytes, path);
  if (!Array.isArray(json)) throw new Error('internal: text that begins with "[" is not an array');
  return json.map((element: unknown, i) => ({ line: i + 1, json: element }));
}

function parseWhole(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw new InputError(
      `${path} is not valid JSON: ${faultOf(error)}. Repair it, or give one record a line as .jsonl.`,
    );
  }
}

function* readLines(bytes: Uint8Array): Generator<RawRecord> {
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    line += 1;
    const record = readLine(bytes.subarray(start, end), line);
    if (record !== null) yield record;
    start = end + 1;
  }
}

/** null for a blank line. */
function readLine(bytes: Uint8Array, line: number): RawRecord | null {
  try {
    const text = utf8.decode(bytes);
    return text.trim() === '' ? null : { line, json: JSON.parse(text) };
  } catch (error) {
    return { line, fault: faultOf(error) };
  }
}

/** A .json file may hold one record a line; but one value over the whole file that is no array is not a list of records. */
function refuseSingleValue(records: RawRecord[], path: string): void {
  const readable = records.filter(
    (record) => 'json' in record && record.json !== null && typeof record.json === 'object',
  );
  if (records.length > 1 && readable.length > 0) return;
  throw new InputError(
    `${path} does not hold a JSON array. Give a list of records: [{"chosen": ..., "rejected": ...}, ...].`,
  );
}

function faultOf(error: unknown): string {
  if (error instanceof SyntaxError) return `not valid JSON (${error.message})`;
  return 'not UTF-8 text';
}
