/** How a zoomed range moves: never beyond what there is, never narrower than one can see. Pure. */
import type { Domain } from './scale';

/** The part of the whole that is the narrowest range. */
const NARROWEST = 1e-4;

/** A range that was dragged, its ends in either order; null (all of it) when it holds the whole. */
export function zoomTo(a: number, b: number, whole: Domain): Domain | null {
  const narrowest = (whole[1] - whole[0]) * NARROWEST;
  const low = Math.max(whole[0], Math.min(a, b, whole[1] - narrowest));
  const high = Math.min(whole[1], Math.max(a, b, low + narrowest));
  return low <= whole[0] && high >= whole[1] ? null : [low, high];
}

/** `range` made `factor` times as wide, with `anchor` staying in its place. */
export function zoomBy(range: Domain, factor: number, anchor: number, whole: Domain): Domain | null {
  const at = Math.min(range[1], Math.max(range[0], anchor));
  return zoomTo(at - (at - range[0]) * factor, at + (range[1] - at) * factor, whole);
}
