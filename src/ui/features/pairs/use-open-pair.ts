/** Keeps the place of a review and the pair that the address names together: each leads to the other. */
import { useEffect } from 'react';
import { pairKeyText } from '../../../protocol/pair-review';
import type { PairRow } from '../../../protocol/pairs';
import type { PairView } from '../../../store/pairs';
import { useCommands, useStudio } from '../../app/studio-context';
import { useStable } from '../../primitives/use-stable';
import { nearestPlace } from './nearest-place';
import type { LoadedPairs } from './use-pair-window';

/** What is shown once the pair at a place is opened, or the nearest one that there is. */
export function openAt(
  { found, pair }: Pick<LoadedPairs, 'found' | 'pair'>,
  place: number,
): Pick<PairView, 'place' | 'pair'> {
  const to = nearestPlace(place, found?.total ?? 0);
  const row = pair(to);
  return { place: to, pair: row ? { round: row.round, id: row.id } : null };
}

/** @returns the pair under review; undefined while it is on its way, and in the list */
export function useOpenPair(
  { query, mode, place, pair: named }: PairView,
  { found, pair: pairAt }: Pick<LoadedPairs, 'found' | 'pair'>,
  onChange: (change: Partial<PairView>) => void,
): PairRow | undefined {
  const { findPair, attempt } = useCommands();
  const notify = useStudio((state) => state.notify);
  const total = found?.total ?? 0;
  const asOf = found?.asOf ?? null;
  const at = mode === 'list' ? undefined : pairAt(nearestPlace(place, total));
  const atKey = at ? pairKeyText(at) : null;
  const namedKey = named && pairKeyText(named);

  /** The place where the pair is; the one that is there where it is not. */
  const follow = useStable(async (isCurrent: () => boolean) => {
    if (!at) return;
    if (named === null) return onChange({ pair: { round: at.round, id: at.id } });
    const to = await attempt(() => findPair(query, asOf, named));
    if (!isCurrent()) return;
    if (to === null) notify('info', 'The pair in the address is not among those found.');
    onChange(typeof to === 'number' ? { place: to } : { pair: null });
  });
  useEffect(() => {
    if (atKey === null || atKey === namedKey) return;
    let current = true;
    void follow(() => current);
    return () => {
      current = false;
    };
  }, [follow, atKey, namedKey]);
  return namedKey === null || namedKey === atKey ? at : undefined;
}
