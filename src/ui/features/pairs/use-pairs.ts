/** The pairs of one round, fetched a page at a time as they come into view. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { SyntheticPair } from '../../../protocol/preference';
import { useCommands } from '../../app/studio-context';

const PAGE = 50;

export interface LoadedPairs {
  /** null until the first page is there. */
  total: number | null;
  error: string | null;
  /** undefined while its page is on its way. */
  pair(index: number): SyntheticPair | undefined;
  /** Fetches the pages that hold the indices `first` to `last`. */
  need(first: number, last: number): void;
}

interface Loaded {
  total: number | null;
  error: string | null;
  pages: ReadonlyMap<number, SyntheticPair[]>;
}

const nothing: Loaded = { total: null, error: null, pages: new Map() };

/** @param version changes when the worker has more pairs, which are then fetched anew */
export function usePairs(runId: string, round: number, version: string): LoadedPairs {
  const { getPairs } = useCommands();
  const [loaded, setLoaded] = useState(nothing);
  const asked = useRef(new Set<number>());
  const controller = useRef(new AbortController());

  const fetchPage = useCallback(
    async (page: number) => {
      if (asked.current.has(page)) return;
      asked.current.add(page);
      const { signal } = controller.current;
      try {
        const { total, pairs } = await getPairs({ runId, round, offset: page * PAGE, limit: PAGE }, signal);
        setLoaded(({ pages }) => ({ total, error: null, pages: new Map(pages).set(page, pairs) }));
      } catch (error) {
        if (signal.aborted) return;
        asked.current.delete(page);
        setLoaded((before) => ({ ...before, error: error instanceof Error ? error.message : String(error) }));
      }
    },
    [getPairs, runId, round],
  );

  // What is shown stays until the new pages come: the list grows while a round is being scored.
  useEffect(() => {
    controller.current = new AbortController();
    asked.current = new Set();
    void fetchPage(0);
    const own = controller.current;
    return () => own.abort();
  }, [fetchPage, version]);

  const need = useCallback(
    (first: number, last: number) => {
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) void fetchPage(page);
    },
    [fetchPage],
  );
  return { ...loaded, need, pair: (index) => loaded.pages.get(Math.floor(index / PAGE))?.[index % PAGE] };
}
