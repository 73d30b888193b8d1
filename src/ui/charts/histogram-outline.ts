/** Histograms as outlines to draw: full bins from edge to edge. Pure. */

export interface Bin {
  low: number;
  high: number;
  /** By series, in their order. */
  counts: number[];
}

/**
 * @param edges one more than there are bins, rising
 * @param counts of each series, one for each bin
 */
export function binsOf(edges: readonly number[], counts: readonly (readonly number[])[]): Bin[] {
  return edges.slice(1).map((high, index) => ({
    low: edges[index] ?? high,
    high,
    counts: counts.map((own) => own[index] ?? 0),
  }));
}

/** How far inside its bin a corner lies, as a share of the bin: too little to see, enough to tell whose corner is nearest. */
const INSET = 1e-4;

/**
 * The corners and the middle of every bin in order, which straight lines join to the histogram. Each carries its bin: the
 * point nearest to the pointer is one of the bin that the pointer is in.
 */
export function outlineOf(bins: readonly Bin[]): (Bin & { at: number })[] {
  return bins.flatMap((bin) => {
    const width = bin.high - bin.low;
    return [INSET, 0.5, 1 - INSET].map((share) => ({ ...bin, at: bin.low + share * width }));
  });
}
