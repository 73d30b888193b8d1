/** Pairs as a file of JSON lines, some hundred at a time, so that only the file itself holds them all. */
import { exportLine } from '../src/data/review/export-line';
import type { PairQuery } from '../src/protocol/pairs';
import type { FoundRows, PairQueries } from './pair-queries';

const BATCH = 500;

/** Held-out pairs go in only where the query names them: who trains on the file should not train on those. */
export async function exportPairs(
  queries: PairQueries,
  found: FoundRows,
  { uses }: PairQuery,
): Promise<{ file: Blob; pairs: number }> {
  const parts: Blob[] = [];
  let pairs = 0;
  for (let start = 0; start < found.rows.length; start += BATCH) {
    const rows = await queries.read(found, [...found.rows.subarray(start, start + BATCH)], null);
    const wanted = rows.filter(({ use }) => use !== 'held-out' || uses.includes('held-out'));
    const lines = wanted.flatMap((row) => exportLine(row) ?? []);
    pairs += lines.length;
    parts.push(new Blob(lines));
  }
  return { file: new Blob(parts, { type: 'application/jsonl' }), pairs };
}
