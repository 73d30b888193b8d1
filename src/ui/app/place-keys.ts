/** Keys that lead from place to place: g, then the place's letter; ? shows them. Pure but for the clock that it is given. */
import { placeNames, type PlaceName } from './place-names';

/** How long a g waits for its letter. */
const patienceMs = 1500;

export type KeyMeaning = { go: PlaceName['page'] } | 'help' | 'wait' | null;

export interface Pressed {
  key: string;
  /** Any of Control, Alt and Meta. */
  modified: boolean;
  /** In a field, or under an open dialog, where keys mean something else. */
  taken: boolean;
  /** Milliseconds on any clock that only rises. */
  at: number;
}

/** @returns what each key means after those before it; null for nothing */
export function placeKeys(): (pressed: Pressed) => KeyMeaning {
  let began = Number.NEGATIVE_INFINITY;
  return ({ key, modified, taken, at }) => {
    const waiting = at - began <= patienceMs;
    began = Number.NEGATIVE_INFINITY;
    if (modified || taken) return null;
    const place = waiting ? placeNames.find(({ letter }) => letter === key.toLowerCase()) : undefined;
    if (place) return { go: place.page };
    if (key === '?') return 'help';
    if (key !== 'g') return null;
    began = at;
    return 'wait';
  };
}
