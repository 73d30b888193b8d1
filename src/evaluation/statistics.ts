/** Plain statistics of lists of numbers, in float64. Knows nothing of models. Randomness comes in as a function. */

/** Arithmetic mean; NaN for none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** Sample standard deviation (n - 1); 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (values.length - 1));
}

/** Pearson's correlation; null when one side does not vary or there are fewer than two values. */
export function correlation(x: readonly number[], y: readonly number[]): number | null {
  const [centreX, centreY] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((value, i) => {
    const [dx, dy] = [value - centreX, (y[i] as number) - centreY];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}

/** The q-quantile (0 to 1) of ascending values, linear between neighbours. */
export function quantile(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  return low + ((sorted[Math.min(below + 1, sorted.length - 1)] as number) - low) * (place - below);
}

/** A 95% interval. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * 95% interval of a statistic by the percentile bootstrap (Efron 1979): the statistic of `samples` resamples of
 * the items with replacement, from its 2.5% to its 97.5% quantile. The same `random` stream gives the same interval.
 */
export function bootstrapInterval<T>(
  items: readonly T[],
  statistic: (resample: T[]) => number,
  samples: number,
  random: () => number,
): Interval {
  const values = Array.from({ length: samples }, () =>
    statistic(Array.from(items, () => items[Math.floor(random() * items.length)] as T)),
  ).sort((a, b) => a - b);
  return { low: quantile(values, 0.025), high: quantile(values, 0.975) };
}

/** Mean of after[i] - before[i] with its 95% interval: the bootstrap resamples prompts, so it is paired. */
export function pairedDifference(
  after: readonly number[],
  before: readonly number[],
  samples: number,
  random: () => number,
): { difference: number; interval: Interval } {
  const differences = after.map((value, i) => value - (before[i] ?? Number.NaN));
  return { difference: mean(differences), interval: bootstrapInterval(differences, mean, samples, random) };
}

/** `count + 1` edges of equal bins over all values; a bin of width 1 around a single value. */
export function binEdges(values: readonly number[], count: number): number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return Array.from({ length: count + 1 }, (_, i) => (i === count ? high : low + ((high - low) * i) / count));
}

/** Bins of a distribution: twice the root of the number of values, 8 to 30. */
export function binCount(values: number): number {
  return Math.min(30, Math.max(8, Math.round(2 * Math.sqrt(values))));
}

/** How many values fall in each bin [edge i, edge i+1); the last bin includes its upper edge. Values outside do not count. */
export function histogram(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) {
    const above = edges.findIndex((edge) => edge > value);
    const bin = above === -1 && value === edges.at(-1) ? counts.length - 1 : above - 1;
    if (bin >= 0) counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}
