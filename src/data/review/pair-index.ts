/**
 * All pairs of a run as columns of numbers, and the queries over them: which pairs, in which order. 200,000 pairs take a few
 * megabytes besides their ids. Texts are not here; who searches them brings what it found.
 */
import { pairKeyText } from '../../protocol/pair-review';
import { pairUses, type PairQuery, type PairUse, type Range, type ReviewFilter } from '../../protocol/pairs';
import type { StandingVerdict } from './review-state';

export interface PairEntry {
  round: number;
  /** In its source: the dataset, or the round's list. */
  position: number;
  id: string;
  use: PairUse;
  /** In standard deviations of the round's scores; NaN for none. */
  margin: number;
  /** The chosen response's; NaN for none. */
  score: number;
  /** Characters; NaN as long as they are not known. */
  chosenLength: number;
  rejectedLength: number;
}

export class PairIndex {
  readonly ids: string[] = [];
  readonly rounds: Uint16Array;
  readonly positions: Uint32Array;
  readonly uses: Uint8Array;
  readonly margins: Float64Array;
  readonly scores: Float64Array;
  readonly chosenLengths: Float64Array;
  readonly rejectedLengths: Float64Array;
  private rowOf: Map<string, number> | null = null;

  constructor(count: number) {
    this.rounds = new Uint16Array(count);
    this.positions = new Uint32Array(count);
    this.uses = new Uint8Array(count);
    this.margins = new Float64Array(count);
    this.scores = new Float64Array(count);
    this.chosenLengths = new Float64Array(count);
    this.rejectedLengths = new Float64Array(count);
  }

  get count(): number {
    return this.ids.length;
  }

  add(entry: PairEntry): void {
    const row = this.ids.push(entry.id) - 1;
    this.rounds[row] = entry.round;
    this.positions[row] = entry.position;
    this.uses[row] = pairUses.indexOf(entry.use);
    this.margins[row] = entry.margin;
    this.scores[row] = entry.score;
    this.chosenLengths[row] = entry.chosenLength;
    this.rejectedLengths[row] = entry.rejectedLength;
  }

  keyText(row: number): string {
    return pairKeyText({ round: this.rounds[row] ?? 0, id: this.ids[row] ?? '' });
  }

  use(row: number): PairUse {
    return pairUses[this.uses[row] ?? 0] ?? 'spare';
  }

  /** The row of a pair; undefined when the run has it no longer. */
  row(keyText: string): number | undefined {
    this.rowOf ??= new Map(this.ids.map((_, row) => [this.keyText(row), row]));
    return this.rowOf.get(keyText);
  }
}

type Verdicts = ReadonlyMap<string, StandingVerdict>;

/** Whether a query looks at lengths, which have to be known then. */
export const needsLengths = ({ length, sort }: PairQuery): boolean =>
  length.from !== null || length.to !== null || sort.by === 'length' || sort.by === 'lengthDifference';

/** The rows that every part of the query but its text allows, in the order of the index. */
export function matchingRows(index: PairIndex, query: PairQuery, verdicts: Verdicts): Uint32Array {
  const rounds = new Set(query.rounds);
  const uses = new Set(query.uses.map((use) => pairUses.indexOf(use)));
  const margin = within(query.margin);
  const length = within(query.length);
  const review = query.reviews.length === 0 ? null : new Set(query.reviews);
  const found = new Uint32Array(index.count);
  let count = 0;
  for (let row = 0; row < index.count; row++) {
    if (rounds.size > 0 && !rounds.has(at(index.rounds, row))) continue;
    if (uses.size > 0 && !uses.has(at(index.uses, row))) continue;
    if (margin && !margin(at(index.margins, row))) continue;
    if (length && !length(longer(index, row))) continue;
    if (review && !reviewMatches(review, verdicts.size === 0 ? undefined : verdicts.get(index.keyText(row)))) continue;
    found[count++] = row;
  }
  return found.slice(0, count);
}

/** Sorts rows in place; equal ones stay in the order of the index, those without the value come last. */
export function sortRows(index: PairIndex, rows: Uint32Array, { by, descending }: PairQuery['sort']): Uint32Array {
  const sign = descending ? -1 : 1;
  if (by === 'order') return rows.sort((a, b) => sign * (a - b));
  const keys = sortKeys(index, by);
  return rows.sort((a, b) => {
    const [x, y] = [at(keys, a), at(keys, b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return sign * (x - y) || a - b;
  });
}

function sortKeys(index: PairIndex, by: Exclude<PairQuery['sort']['by'], 'order'>): Float64Array {
  if (by === 'margin') return index.margins;
  if (by === 'score') return index.scores;
  if (by === 'length') return Float64Array.from(index.ids, (_, row) => longer(index, row));
  return Float64Array.from(index.ids, (_, row) => at(index.chosenLengths, row) - at(index.rejectedLengths, row));
}

const longer = (index: PairIndex, row: number): number =>
  Math.max(at(index.chosenLengths, row), at(index.rejectedLengths, row));

/** null where the range has no end; a value that is not there is in no range. */
function within({ from, to }: Range): ((value: number) => boolean) | null {
  if (from === null && to === null) return null;
  return (value) => value >= (from ?? -Infinity) && value <= (to ?? Infinity);
}

/** A pair is shown when any of the chosen filters fits it. */
function reviewMatches(wanted: ReadonlySet<ReviewFilter>, standing: StandingVerdict | undefined): boolean {
  if (!standing) return wanted.has('none');
  const { decision, edited, flagged } = standing.verdict;
  if (wanted.has('none') && decision === null && edited === null) return true;
  if (decision !== null && wanted.has(decision)) return true;
  return (edited !== null && wanted.has('edited')) || (flagged && wanted.has('flagged'));
}

function at(values: Float64Array | Uint16Array | Uint8Array | Uint32Array, row: number): number {
  return values[row] ?? NaN;
}
