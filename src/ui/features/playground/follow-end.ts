/** Whether a page that grows at its end is followed there. Pure. */

/** Pixels from the end within which the person counts as being there. */
const near = 40;

export interface ScrollPlace {
  /** Pixels scrolled from the top. */
  top: number;
  /** Pixels of the page below the window. */
  below: number;
}

export const isAtEnd = ({ below }: ScrollPlace): boolean => below <= near;

/** The page growing leaves the place where it was, so only a person moves it up. */
export function followsAfterScroll(follows: boolean, before: ScrollPlace, now: ScrollPlace): boolean {
  if (isAtEnd(now)) return true;
  return now.top < before.top ? false : follows;
}
