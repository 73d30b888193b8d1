/** What the page Pairs shows as its address, there and back, and what is made of addresses that mean nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originalRound, playgroundRound } from '../../../src/protocol/pair-review';
import { pairOrders, pairUses, reviewFilters } from '../../../src/protocol/pairs';
import { openQuery, pairViewOf, type AskedPairs } from '../../../src/store/pairs';
import { askedPairs, pairParams } from '../../../src/ui/app/pair-address';
import { hashOf, viewOf } from '../../../src/ui/app/hash-location';
import { runOf, stageOf } from '../store/fixtures';

const scored = (round: number) => stageOf({ id: `round${round}.score`, kind: 'score', round, status: 'done' });
const run = runOf({ stages: [scored(1), scored(2)] });
const pairs = (asked?: AskedPairs) => hashOf({ page: 'run', runId: 'run1', tab: 'pairs' }, asked);

it('of pairs as they begin has nothing but the run, and then shows the latest round', () => {
  expect(pairs()).toBe('#/run/run1/pairs');
  expect(pairs({ mode: 'list', place: 7, pair: null })).toBe('#/run/run1/pairs');
  expect(askedPairs('')).toEqual({});
  expect(pairViewOf(run, {}).query.rounds).toEqual([2]);
  expect(pairViewOf(runOf(), {}).query.rounds).toEqual([originalRound]);
});

it('is short, can be read and typed, and other tabs have none of it', () => {
  const query = { rounds: [2], uses: ['margin' as const, 'tie' as const], text: 'a kite, "quoted" & more?' };
  const sort = { by: 'margin' as const, descending: true };
  const asked: AskedPairs = { query: { ...query, sort, margin: { from: null, to: 0.5 } } };
  const hash = pairs(asked);
  expect(hash).toBe(
    '#/run/run1/pairs?round=2&use=margin,tie&margin=..0.5&search=a+kite,+%22quoted%22+%26+more%3F&sort=-margin',
  );
  expect(viewOf(hash)).toEqual({ page: 'run', runId: 'run1', tab: 'pairs' });
  expect(hashOf({ page: 'run', runId: 'run1', tab: 'outputs' }, asked)).toBe('#/run/run1/outputs');
  expect(pairs({ query: { rounds: [] } })).toBe('#/run/run1/pairs?round=all');
  expect(
    pairs({ query: { rounds: [playgroundRound] }, mode: 'review', pair: { round: playgroundRound, id: 'ab' } }),
  ).toBe('#/run/run1/pairs?round=playground&open=review&pair=playground-ab');
});

describe('whatever is shown', () => {
  const end = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }));
  const range = fc.record({ from: end, to: end });
  const some = <T>(values: readonly T[]) => fc.subarray([...values]);
  const shown = fc.record({
    mode: fc.constantFrom('list' as const, 'review' as const, 'blind' as const),
    query: fc.record({
      rounds: some([originalRound, 1, 2, playgroundRound]),
      uses: some(pairUses),
      reviews: some(reviewFilters),
      margin: range,
      length: range,
      text: fc.string({ unit: 'binary' }).filter((text) => text.trim() !== '' && text.isWellFormed()),
      sort: fc.record({ by: fc.constantFrom(...pairOrders), descending: fc.boolean() }),
    }),
    id: fc.stringMatching(/^[0-9a-f]{4,8}$/),
    round: fc.constantFrom(originalRound, 1, playgroundRound),
  });

  it('is found again from its address', () => {
    fc.assert(
      fc.property(shown, ({ mode, query, id, round }) => {
        const asked: AskedPairs = { mode, query, pair: mode === 'list' ? null : { round, id } };
        const again = pairViewOf(run, askedPairs(pairParams(asked)));
        expect(again).toEqual(JSON.parse(JSON.stringify(pairViewOf(run, asked))));
      }),
    );
  });

  it('an address never breaks the page, and what is left of it is an address again', () => {
    const names = ['round', 'use', 'review', 'margin', 'length', 'search', 'sort', 'open', 'pair', 'other'];
    const typed = fc.array(fc.tuple(fc.constantFrom(...names), fc.string({ unit: 'binary' })));
    fc.assert(
      fc.property(typed, (parts) => {
        const params = parts.map(([name, text]) => `${name}=${text}`).join('&');
        const left = pairParams(askedPairs(params));
        expect(pairParams(askedPairs(left))).toBe(left);
        expect(pairViewOf(run, askedPairs(params)).query).toMatchObject({ runId: 'run1' });
      }),
    );
  });
});

it.each([
  'round=0',
  'round=-1',
  'round=1.5',
  'round=65535',
  'round=two',
  'use=nonsense',
  'use=',
  'review=keep,no',
  'margin=1',
  'margin=a..b',
  'margin=1..2..3',
  'length=..Infinity',
  'sort=size',
  'sort=--margin',
  'open=list',
  'pair=1-ab',
  'runId=other',
  '__proto__=1',
  'search=',
])('%s says nothing', (params) => expect(pairParams(askedPairs(params))).toBe(''));

it('one part that means nothing leaves the others', () => {
  const asked = askedPairs('round=1&use=nonsense&sort=-score&open=review&pair=0-ab');
  expect(asked).toEqual({
    query: { rounds: [1], sort: { by: 'score', descending: true } },
    mode: 'review',
    pair: null,
  });
});

it('rounds that the run does not have are as if none were named; all rounds are all', () => {
  const rounds = (asked: string) => pairViewOf(run, askedPairs(asked)).query.rounds;
  expect(rounds('round=7')).toEqual([2]);
  expect(rounds('round=1,7')).toEqual([1]);
  expect(rounds('round=all')).toEqual([]);
  expect(rounds('search=kite')).toEqual([2]);
  expect(pairViewOf(run, askedPairs('round=all')).query).toEqual(openQuery('run1'));
});
