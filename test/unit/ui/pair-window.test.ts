import { expect, it } from 'vitest';
import type { PairRow } from '../../../src/protocol/pairs';
import { newSession, pairAt, receivePage, withPage, type Loaded } from '../../../src/ui/features/pairs/use-pair-window';

it('a long list keeps the pages around the one in view, however far one scrolls and back', () => {
  let pages: ReadonlyMap<number, PairRow[]> = new Map();
  const dropped = new Set<number>();
  const visit = (page: number) => {
    const next = withPage(pages, page, []);
    pages = next.pages;
    if (next.dropped !== null) dropped.add(next.dropped);
  };
  for (let page = 0; page < 4000; page++) visit(page);
  expect(pages.size).toBe(60);
  expect([...pages.keys()].every((page) => page >= 3940)).toBe(true);
  expect(dropped.size).toBe(3940);
  for (let page = 3939; page > 3900; page--) visit(page);
  expect(pages.has(3901)).toBe(true);
  expect(pages.has(3999)).toBe(false);
});

const nothing: Loaded = { session: null, found: null, error: null, pages: new Map() };
const rowsFrom = (offset: number, count: number) =>
  Array.from({ length: count }, (_, i): PairRow => Object({ id: `pair ${offset + i}` }));
const windowOf = (offset: number, count: number) => ({
  ...{ total: 80, reviewed: 0, unscored: 0, votes: 0, all: 80, voted: 0, asOf: 0, offset, missing: null },
  rows: rowsFrom(offset, count),
});

it('a place is looked up in pages of its own size alone: the list and the review do not share them', () => {
  const list = newSession(50);
  const listed = receivePage(receivePage(nothing, list, 0, windowOf(0, 50)), list, 1, windowOf(50, 30));
  expect([pairAt(listed, 50, 12)?.id, pairAt(listed, 50, 70)?.id]).toEqual(['pair 12', 'pair 70']);
  // Place 12 is on the second of the review's pages, where the list has pair 52.
  expect(pairAt(listed, 10, 12)).toBeUndefined();
});

it('pages of a new session arrive in any order, and those of the one before go', () => {
  const [list, review] = [newSession(50), newSession(10)];
  const listed = receivePage(nothing, list, 0, windowOf(0, 50));
  const third = receivePage(listed, review, 3, windowOf(30, 10));
  const both = receivePage(third, review, 0, windowOf(0, 10));
  expect([pairAt(both, 10, 31)?.id, pairAt(both, 10, 2)?.id, pairAt(both, 10, 12)]).toEqual([
    'pair 31',
    'pair 2',
    undefined,
  ]);
});
