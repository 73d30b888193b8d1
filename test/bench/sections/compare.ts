/**
 * The order of every comparison: the base (the first contender that can run) stays prepared; every other contender is
 * prepared, checked against it, timed in turn with it, and disposed, so that one peer's memory is not another's.
 */
import type { Counts } from '../contender';
import { pairedRuns, spreadOf, type Spread } from '../support/paired';
import { errorText, type BenchRow, type Goal } from '../support/report';

/** A contender as the order above sees it. */
export interface Entry<Proof> {
  readonly name: string;
  /** Gets ready, warms up, and gives what agreement is judged by. */
  prepare(): Promise<Proof>;
  /** One timed run: seconds, or another figure in the section's unit. */
  run(): Promise<number>;
  counts(): Counts | null;
  more(): Readonly<Record<string, number>>;
  dispose(): Promise<void>;
}

export interface Comparison<Proof> {
  readonly section: string;
  readonly what: string;
  readonly unit: BenchRow['unit'];
  readonly runs: number;
  readonly entries: readonly Entry<Proof>[];
  /** Of the ratios. */
  readonly goal?: Goal;
  /** @throws Error when `proof` is not what the base computed; for the base itself `base` is its own. */
  agree(name: string, proof: Proof, base: Proof): void;
}

/** Rows in the order of the entries' end: peers as they are done, the base last. */
export async function* compare<Proof>(comparison: Comparison<Proof>): AsyncGenerator<BenchRow> {
  const { entries, runs, agree } = comparison;
  let base: { entry: Entry<Proof>; proof: Proof } | null = null;
  const baseValues: number[] = [];
  try {
    for (const entry of entries) {
      try {
        const proof = await entry.prepare();
        agree(entry.name, proof, base?.proof ?? proof);
        if (!base) {
          base = { entry, proof };
          continue;
        }
        const other = base.entry;
        const timed = await pairedRuns(runs, entry.run, async () => {
          const value = await other.run();
          baseValues.push(value);
          return value;
        });
        const { unit, goal } = comparison;
        const row = rowOf(comparison, entry, timed.a, betterRatio(unit, timed.ratio), other.name);
        yield { ...row, ...(goal && { goal }) };
      } catch (error) {
        yield { ...rowOf(comparison, entry, null, null, base?.entry.name ?? null), error: errorText(error) };
      }
      if (entry !== base?.entry) await entry.dispose();
    }
    if (!base) return;
    if (baseValues.length === 0) for (let run = 0; run < runs; run++) baseValues.push(await base.entry.run());
    yield rowOf(comparison, base.entry, spreadOf(baseValues), null, null);
  } finally {
    await base?.entry.dispose();
  }
}

/** Peer over base for seconds, base over peer for rates: over 1 means that the base is better. */
function betterRatio(unit: BenchRow['unit'], { median, min, max }: Spread): Spread {
  return unit === 's' ? { median, min, max } : { median: 1 / median, min: 1 / max, max: 1 / min };
}

function rowOf<Proof>(
  { section, what, unit, runs }: Comparison<Proof>,
  entry: Entry<Proof>,
  value: Spread | null,
  ratio: Spread | null,
  base: string | null,
): BenchRow {
  const [counts, more] = value === null ? [null, {}] : [entry.counts(), entry.more()];
  return { section, what, contender: entry.name, unit, value, ratio, base, runs, counts, more, error: null };
}
