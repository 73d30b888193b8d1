import { expect, it } from 'vitest';
import type { PairRow } from '../../../src/protocol/pairs';
import { withPage } from '../../../src/ui/features/pairs/use-pair-window';

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
