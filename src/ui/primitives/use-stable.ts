/** A function that stays the same, so that what it is given to need not be drawn again, and does what the last drawn one does. */
import { useCallback, useLayoutEffect, useRef } from 'react';

export function useStable<A extends unknown[]>(work: (...args: A) => void): (...args: A) => void {
  const latest = useRef(work);
  useLayoutEffect(() => {
    latest.current = work;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
