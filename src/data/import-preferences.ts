/**
 * Preference files to preference pairs: reads every record, reports what is wrong with the bad ones, leaves out what
 * carries no preference, and names each pair by its content. Tokenising and splitting come later.
 */
import { InputError } from '../protocol/errors';
import type { PreferencePair } from '../protocol/preference';
import type { LineProblem, NamedFile } from '../protocol/studio';
import { contentHash } from './content-hash';
import { parseRecord } from './preference-schema';
import { readRecords, type RawRecord } from './read-records';

const MAX_REPORTED_LINES = 100;
const HASHES_AT_ONCE = 512;

export interface ImportedPreferences {
  /** Without duplicates, in the order of the files. */
  pairs: PreferencePair[];
  /** The first 100; `badLineCount` counts all. */
  badLines: LineProblem[];
  badLineCount: number;
  /** Records left out, by DropReason or 'duplicate'. */
  dropped: Record<string, number>;
}

type UnnamedPair = Omit<PreferencePair, 'id'>;

interface FileContent {
  pairs: UnnamedPair[];
  problems: LineProblem[];
}

/**
 * Reads preference files. Throws an InputError when a file cannot be read, when half or more of a file's records are bad,
 * or when no pair is left.
 */
export async function importPreferences(files: NamedFile[]): Promise<ImportedPreferences> {
  if (files.length === 0) throw new InputError('No data file was chosen. Choose a .jsonl, .json or .jsonl.gz file.');
  const dropped: Record<string, number> = {};
  const found: UnnamedPair[] = [];
  const problems: LineProblem[] = [];
  for (const file of files) {
    const content = readContent(file.path, await readRecords(file), dropped);
    for (const pair of content.pairs) found.push(pair);
    for (const problem of content.problems) problems.push(problem);
  }
  const pairs = await nameAndDeduplicate(found, dropped);
  if (pairs.length === 0) throw nothingLeft(files, dropped);
  return { pairs, badLines: problems.slice(0, MAX_REPORTED_LINES), badLineCount: problems.length, dropped };
}

/** The pairs of one file's records; counts what is dropped. */
function readContent(path: string, records: RawRecord[], dropped: Record<string, number>): FileContent {
  const content: FileContent = { pairs: [], problems: [] };
  for (const record of records) {
    const parsed = 'fault' in record ? { kind: 'bad' as const, message: record.fault } : parseRecord(record.json);
    if (parsed.kind === 'bad') content.problems.push({ file: path, line: record.line, message: parsed.message });
    else if (parsed.kind === 'dropped') count(dropped, parsed.reason);
    else content.pairs.push({ prompt: parsed.prompt, chosen: parsed.chosen, rejected: parsed.rejected });
  }
  refuseMostlyBad(path, records.length, content.problems);
  return content;
}

function refuseMostlyBad(path: string, total: number, problems: LineProblem[]): void {
  const first = problems[0];
  if (first === undefined || problems.length * 2 < total) return;
  throw new InputError(
    `${path}: ${problems.length} of ${total} records cannot be used; line ${first.line}: ${first.message}. ` +
      'A record needs "chosen" and "rejected" (and "prompt", unless they are transcripts), as text or message lists.',
  );
}

/** Ids by content; of pairs with the same content the first one stays. */
async function nameAndDeduplicate(found: UnnamedPair[], dropped: Record<string, number>): Promise<PreferencePair[]> {
  const named = new Map<string, PreferencePair>();
  for (let start = 0; start < found.length; start += HASHES_AT_ONCE) {
    const batch = found.slice(start, start + HASHES_AT_ONCE);
    const ids = await Promise.all(batch.map((pair) => pairId(pair)));
    batch.forEach((pair, i) => {
      const id = ids[i] as string;
      if (named.has(id)) count(dropped, 'duplicate');
      else named.set(id, { id, ...pair });
    });
  }
  return [...named.values()];
}

/** The id of a pair: SHA-256 of prompt, chosen and rejected (hex). */
function pairId({ prompt, chosen, rejected }: UnnamedPair): Promise<string> {
  return contentHash(JSON.stringify(prompt), chosen, rejected);
}

function nothingLeft(files: NamedFile[], dropped: Record<string, number>): InputError {
  const reasons = Object.entries(dropped).map(([reason, number]) => `${number} ${reason}`);
  const names = files.map((file) => file.path).join(', ');
  return new InputError(`${names}: no usable preference is left (${reasons.join(', ')}). Choose other data.`);
}

function count(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
