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
  /** The chosen response's, and the rejected one's; NaN for none. */
  score: number;
  rejectedScore: number;
  /** Characters; NaN as long as they are not known. */
  chosenLength: number;
  rejectedLength: number;
}

/** A number for every row, or NaN. */
export interface PairFigures {
  readonly margins: Float64Array;
  readonly scores: Float64Array;
  readonly rejectedScores: Float64Array;
  readonly chosenLengths: Float64Array;
  readonly rejectedLengths: Float64Array;
}

/** The figures are those of the pairs' own texts and order; standingFigures has them after what a person decided. */
export class PairIndex implements PairFigures {
  readonly ids: string[] = [];
  readonly rounds: Uint16Array;
  readonly positions: Uint32Array;
  readonly uses: Uint8Array;
  readonly margins: Float64Array;
  readonly scores: Float64Array;
  readonly rejectedScores: Float64Array;
  readonly chosenLengths: Float64Array;
  readonly rejectedLengths: Float64Array;
  private rowOf: Map<string, number> | null = null;

  constructor(count: number) {
    this.rounds = new Uint16Array(count);
    this.positions = new Uint32Array(count);
    this.uses = new Uint8Array(count);
    this.margins = new Float64Array(count);
    this.scores = new Float64Array(count);
    this.rejectedScores = new Float64Array(count);
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
    this.rejectedScores[row] = entry.rejectedScore;
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
  isBounded(length) || sort.by === 'length' || sort.by === 'lengthDifference';

/** Whether what a query finds, or its order, depends on what was decided. */
export const needsVerdicts = ({ reviews, margin, length, sort }: PairQuery): boolean =>
  reviews.length > 0 || isBounded(margin) || isBounded(length) || sort.by !== 'order';

/** The figures of the pairs as they stand: a flip swaps the responses, an edit has lengths of its own. */
export function standingFigures(index: PairIndex, verdicts: Verdicts): PairFigures {
  const changed = [...verdicts.values()].filter(
    ({ verdict: { decision, edited } }) => decision === 'flip' || edited !== null,
  );
  if (changed.length === 0) return index;
  const figures = {
    margins: index.margins.slice(),
    scores: index.scores.slice(),
    rejectedScores: index.rejectedScores.slice(),
    chosenLengths: index.chosenLengths.slice(),
    rejectedLengths: index.rejectedLengths.slice(),
  };
  const swap = (one: Float64Array, other: Float64Array, row: number) =>
    ([one[row], other[row]] = [at(other, row), at(one, row)]);
  for (const { round, id, verdict } of changed) {
    const row = index.row(pairKeyText({ round, id }));
    if (row === undefined) continue;
    if (verdict.edited) {
      figures.chosenLengths[row] = verdict.edited.chosen.length;
      figures.rejectedLengths[row] = verdict.edited.rejected.length;
    }
    if (verdict.decision !== 'flip') continue;
    figures.margins[row] = -at(figures.margins, row);
    swap(figures.scores, figures.rejectedScores, row);
    swap(figures.chosenLengths, figures.rejectedLengths, row);
  }
  return figures;
}

/** The rows that every part of the query but its text allows, in the order of the index. */
export function matchingRows(
  index: PairIndex,
  query: PairQuery,
  verdicts: Verdicts,
  figures: PairFigures = index,
): Uint32Array {
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
    if (margin && !margin(at(figures.margins, row))) continue;
    if (length && !length(longer(figures, row))) continue;
    if (review && !reviewMatches(review, verdicts.size === 0 ? undefined : verdicts.get(index.keyText(row)))) continue;
    found[count++] = row;
  }
  return found.slice(0, count);
}

/** Sorts rows in place; equal ones stay in the order of the index, those without the value come last. */
export function sortRows(figures: PairFigures, rows: Uint32Array, { by, descending }: PairQuery['sort']): Uint32Array {
  const sign = descending ? -1 : 1;
  if (by === 'order') return rows.sort((a, b) => sign * (a - b));
  const keys = sortKeys(figures, by);
  return rows.sort((a, b) => {
    const [x, y] = [at(keys, a), at(keys, b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return sign * (x - y) || a - b;
  });
}

function sortKeys(figures: PairFigures, by: Exclude<PairQuery['sort']['by'], 'order'>): Float64Array {
  if (by === 'margin') return figures.margins;
  if (by === 'score') return figures.scores;
  if (by === 'length') return figures.chosenLengths.map((_, row) => longer(figures, row));
  return figures.chosenLengths.map((length, row) => length - at(figures.rejectedLengths, row));
}

const longer = (figures: PairFigures, row: number): number =>
  Math.max(at(figures.chosenLengths, row), at(figures.rejectedLengths, row));

const isBounded = ({ from, to }: Range): boolean => from !== null || to !== null;

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
