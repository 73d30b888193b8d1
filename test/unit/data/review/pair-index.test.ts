/** Queries over pairs against plain filters over a list, and over 200,000 of them in time. */
import { describe, expect, it } from 'vitest';
import {
  matchingRows,
  needsVerdicts,
  PairIndex,
  sortRows,
  standingFigures,
  type PairEntry,
} from '../../../../src/data/review/pair-index';
import { seededRandom } from '../../../../src/data/seeded-random';
import type { StandingVerdict } from '../../../../src/data/review/review-state';
import { noVerdict, pairKeyText, type PairVerdict } from '../../../../src/protocol/pair-review';
import { pairUses, type PairQuery } from '../../../../src/protocol/pairs';

const anything = { from: null, to: null };
const query = (change: Partial<PairQuery>): PairQuery => ({
  runId: 'r',
  rounds: [],
  uses: [],
  reviews: [],
  margin: anything,
  length: anything,
  text: '',
  sort: { by: 'order', descending: false },
  ...change,
});

function entries(count: number): PairEntry[] {
  const random = seededRandom(3, 'pairs');
  return Array.from({ length: count }, (_, position) => {
    const round = Math.floor(random() * 3);
    const length = () => Math.floor(random() * 20);
    return {
      round,
      position,
      id: `${position}`,
      use: pairUses[Math.floor(random() * pairUses.length)] ?? 'spare',
      margin: round === 0 ? NaN : Math.round(random() * 40) / 10,
      score: round === 0 ? NaN : random(),
      rejectedScore: round === 0 ? NaN : random(),
      chosenLength: length(),
      rejectedLength: length(),
    };
  });
}

function indexOf(list: PairEntry[]): PairIndex {
  const index = new PairIndex(list.length);
  for (const entry of list) index.add(entry);
  return index;
}

const list = entries(500);
const index = indexOf(list);
const rows = (change: Partial<PairQuery>, verdicts = new Map<string, StandingVerdict>()) => {
  const figures = standingFigures(index, verdicts);
  return [...sortRows(figures, matchingRows(index, query(change), verdicts, figures), query(change).sort)].map(
    (row) => list[row],
  );
};
const give = (
  verdicts: Map<string, StandingVerdict>,
  entry: PairEntry | undefined,
  change: Partial<PairVerdict>,
): void => {
  if (!entry) throw new Error('no such pair');
  const { round, id } = entry;
  verdicts.set(pairKeyText({ round, id }), { round, id, verdict: { ...noVerdict, ...change } });
};

describe('filters', () => {
  it('find what a plain filter finds', () => {
    expect(rows({})).toEqual(list);
    expect(rows({ rounds: [0, 2] })).toEqual(list.filter(({ round }) => round !== 1));
    expect(rows({ uses: ['kept', 'margin'] })).toEqual(list.filter(({ use }) => use === 'kept' || use === 'margin'));
    expect(rows({ margin: { from: 1, to: 2.5 } })).toEqual(list.filter(({ margin }) => margin >= 1 && margin <= 2.5));
    expect(rows({ margin: { from: null, to: 0.5 } })).toEqual(list.filter(({ margin }) => margin <= 0.5));
    const longer = ({ chosenLength, rejectedLength }: PairEntry) => Math.max(chosenLength, rejectedLength);
    expect(rows({ length: { from: 15, to: null } })).toEqual(list.filter((pair) => longer(pair) >= 15));
    expect(rows({ rounds: [1], uses: ['kept'], margin: { from: 1, to: null } })).toEqual(
      list.filter(({ round, use, margin }) => round === 1 && use === 'kept' && margin >= 1),
    );
  });

  it('go by decisions', () => {
    const verdicts = new Map<string, StandingVerdict>();
    give(verdicts, list[3], { decision: 'flip' });
    give(verdicts, list[5], { decision: 'keep', edited: { chosen: 'a', rejected: 'b' } });
    give(verdicts, list[7], { flagged: true });
    expect(rows({ reviews: ['flip'] }, verdicts)).toEqual([list[3]]);
    expect(rows({ reviews: ['edited', 'flip'] }, verdicts)).toEqual([list[3], list[5]]);
    expect(rows({ reviews: ['flagged'] }, verdicts)).toEqual([list[7]]);
    // A flag alone is no review.
    expect(rows({ reviews: ['none'] }, verdicts)).toEqual(list.filter((_, i) => i !== 3 && i !== 5));
  });
});

describe('orders', () => {
  it('sort like a stable sort, with what has no value at the end both ways', () => {
    for (const descending of [false, true]) {
      const sign = descending ? -1 : 1;
      const scored = list.filter(({ margin }) => !Number.isNaN(margin));
      const unscored = list.filter(({ margin }) => Number.isNaN(margin));
      expect(rows({ sort: { by: 'margin', descending } })).toEqual([
        ...scored.toSorted((a, b) => sign * (a.margin - b.margin)),
        ...unscored,
      ]);
      const difference = (entry: PairEntry) => entry.chosenLength - entry.rejectedLength;
      expect(rows({ sort: { by: 'lengthDifference', descending } })).toEqual(
        list.toSorted((a, b) => sign * (difference(a) - difference(b))),
      );
    }
    expect(rows({ sort: { by: 'order', descending: true } })).toEqual(list.toReversed());
  });
});

describe('a pair as it stands', () => {
  const wide = list.filter(({ margin }) => margin > 3);
  const [turned, written] = wide;

  it('has its margin turned round by a flip, and the lengths of an edit, in filters and orders', () => {
    const verdicts = new Map<string, StandingVerdict>();
    give(verdicts, turned, { decision: 'flip', edited: { chosen: 'x'.repeat(70), rejected: 'y' } });
    give(verdicts, written, { decision: 'keep', edited: { chosen: 'x'.repeat(60), rejected: 'y' } });
    expect(rows({ margin: { from: null, to: -0.1 } }, verdicts)).toEqual([turned]);
    expect(rows({ margin: { from: 3.1, to: null } }, verdicts)).toEqual(wide.filter((pair) => pair !== turned));
    expect(rows({ sort: { by: 'margin', descending: false } }, verdicts)[0]).toEqual(turned);
    const scored = rows({ rounds: [turned?.round ?? 0], sort: { by: 'score', descending: true } }, verdicts);
    const standing = scored.map((pair) => (pair === turned ? pair?.rejectedScore : pair?.score) ?? NaN);
    expect(standing).toEqual(standing.toSorted((a, b) => b - a));
    expect(rows({ length: { from: 50, to: null }, sort: { by: 'length', descending: true } }, verdicts)).toEqual([
      turned,
      written,
    ]);
    const differences = rows({ sort: { by: 'lengthDifference', descending: true } }, verdicts);
    expect([differences[0], differences.at(-1)]).toEqual([written, turned]);
    // The figures of the index itself stay.
    expect(rows({ margin: { from: null, to: -0.1 } })).toEqual([]);
  });

  it('is asked for by queries that look at figures or decisions, and by no others', () => {
    expect(
      [{}, { rounds: [1] }, { uses: ['kept' as const] }, { text: 'a' }].map((one) => needsVerdicts(query(one))),
    ).toEqual([false, false, false, false]);
    const needing: Partial<PairQuery>[] = [
      { margin: { from: 0, to: null } },
      { length: { from: null, to: 9 } },
      { reviews: ['none'] },
      { sort: { by: 'score', descending: true } },
    ];
    expect(needing.map((one) => needsVerdicts(query(one)))).toEqual([true, true, true, true]);
  });
});

describe('200,000 pairs', () => {
  it('are filtered and sorted within two seconds', () => {
    const many = indexOf(entries(200_000));
    const wanted = query({ margin: { from: 0.5, to: null }, sort: { by: 'length', descending: true } });
    const start = performance.now();
    const found = sortRows(many, matchingRows(many, wanted, new Map()), wanted.sort);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(found.length).toBeGreaterThan(100_000);
  });
});
