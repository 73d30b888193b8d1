/** The pairs that a query finds, fetched from the pair worker a page at a time as they come into view. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { PairQuery, PairRow, PairWindow } from '../../../protocol/pairs';
import { useCommands, useStudio } from '../../app/studio-context';

export interface LoadedPairs {
  /** What the query found; null until the first page is there. */
  found: Omit<PairWindow, 'rows' | 'offset'> | null;
  error: string | null;
  /** undefined while its page is on its way. */
  pair(place: number): PairRow | undefined;
  /** Fetches the pages that hold the places `first` to `last`. */
  need(first: number, last: number): void;
}

interface WindowOptions {
  query: PairQuery;
  /** Changes when the run has other pairs. */
  version: string;
  pageSize: number;
  /** The longest text in characters; null for whole texts. */
  clip: number | null;
}

/** One query in pages of one size; another query, or another size, begins another session. */
export interface PageSession {
  pageSize: number;
  asked: Set<number>;
  asOf: number | null;
  shown: [number, number];
}

export interface Loaded {
  /** Whose pages these are; null before the first one. */
  session: PageSession | null;
  found: LoadedPairs['found'];
  error: string | null;
  pages: ReadonlyMap<number, PairRow[]>;
}

/** Texts of more pages than a person looks back over are fetched again. */
const KEPT_PAGES = 60;

/** The pages with a further one, without the one that is farthest from it where they are too many. */
export function withPage(
  pages: Loaded['pages'],
  page: number,
  rows: PairRow[],
): { pages: Loaded['pages']; dropped: number | null } {
  const all = new Map(pages).set(page, rows);
  if (all.size <= KEPT_PAGES) return { pages: all, dropped: null };
  const distance = (one: number) => Math.abs(one - page);
  const dropped = [...all.keys()].reduce((far, one) => (distance(one) > distance(far) ? one : far), page);
  all.delete(dropped);
  return { pages: all, dropped };
}

const nothing: Loaded = { session: null, found: null, error: null, pages: new Map() };

export const newSession = (pageSize: number): PageSession => ({
  pageSize,
  asked: new Set(),
  asOf: null,
  shown: [0, 0],
});

/** A page that came. The first one of a session, whichever it is, takes the place of what was shown before. */
export function receivePage(
  before: Loaded,
  session: PageSession,
  page: number,
  { rows, offset: _, ...found }: PairWindow,
): Loaded {
  const { pages, dropped } = withPage(before.session === session ? before.pages : new Map(), page, rows);
  if (dropped !== null) session.asked.delete(dropped);
  return { session, found, error: null, pages };
}

/** undefined while its page is on its way; pages of another size have it elsewhere. */
export function pairAt({ session, pages }: Loaded, pageSize: number, place: number): PairRow | undefined {
  if (session?.pageSize !== pageSize) return undefined;
  return pages.get(Math.floor(place / pageSize))?.[place % pageSize];
}

/** What the query finds stays as it is while decisions are made; they show in the rows. */
export function usePairWindow({ query, version, pageSize, clip }: WindowOptions): LoadedPairs {
  const { pairWindow } = useCommands();
  const sequence = useStudio((state) => state.reviewSequence[query.runId] ?? 0);
  const [loaded, setLoaded] = useState(nothing);
  const session = useRef(newSession(pageSize));
  const key = JSON.stringify([query, version, pageSize, clip]);

  const fetchPage = useCallback(
    async (page: number) => {
      const own = session.current;
      if (own.asked.has(page)) return;
      own.asked.add(page);
      try {
        const argument = { query, asOf: own.asOf, offset: page * pageSize, limit: pageSize, clip };
        const window = await pairWindow(argument);
        if (own !== session.current) return;
        own.asOf = window.asOf;
        setLoaded((before) => receivePage(before, own, page, window));
      } catch (error) {
        if (own !== session.current) return;
        own.asked.delete(page);
        setLoaded((before) => ({ ...before, error: error instanceof Error ? error.message : String(error) }));
      }
    },
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the query
    [pairWindow, key],
  );

  const need = useCallback(
    (first: number, last: number) => {
      session.current.shown = [first, last];
      for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize); page++) void fetchPage(page);
    },
    [fetchPage, pageSize],
  );

  // Another query starts anew; what is shown stays until its first page comes. Before all effects of this rendering, as those of
  // the list or the review already ask for the pages in view.
  useLayoutEffect(() => {
    session.current = newSession(pageSize);
    void fetchPage(0);
  }, [fetchPage, pageSize]);

  // Decisions: what is in view is read again, the rest when it is next in view.
  const seen = useRef(sequence);
  useEffect(() => {
    if (seen.current === sequence) return;
    seen.current = sequence;
    session.current.asked = new Set();
    need(...session.current.shown);
  }, [need, sequence]);

  const { found, error } = loaded;
  return { found, error, need, pair: (place) => pairAt(loaded, pageSize, place) };
}
