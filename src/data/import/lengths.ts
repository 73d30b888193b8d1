/** How long texts are: every length is kept as one number, and summed up in a histogram at the end. */
import type { LengthStatistics } from '../../protocol/dataset';

/** 0, 10, 20, 50, 100, 200, 500, ...: lengths of texts spread over powers of ten. */
function edgesUpTo(max: number): number[] {
  const edges = [0];
  for (let power = 10; ; power *= 10) {
    for (const step of [1, 2, 5]) {
      edges.push(step * power);
      if (step * power > max) return edges;
    }
  }
}

/** Collects lengths; 4 bytes each. */
export class LengthList {
  private values = new Uint32Array(1024);
  private count = 0;

  add(length: number): void {
    if (this.count === this.values.length) {
      const larger = new Uint32Array(2 * this.count);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = length;
  }

  /** Median and p90 are values that occur: the lower of two in the middle. */
  statistics(): LengthStatistics {
    const sorted = this.values.slice(0, this.count).sort();
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    const edges = edgesUpTo(sorted.at(-1) ?? 0);
    const counts = edges.slice(1).map(() => 0);
    let bin = 0;
    let sum = 0;
    for (const value of sorted) {
      while (value >= (edges[bin + 1] ?? Infinity)) bin++;
      counts[bin] = (counts[bin] ?? 0) + 1;
      sum += value;
    }
    const mean = sorted.length === 0 ? 0 : sum / sorted.length;
    return { edges, counts, count: sorted.length, mean, median: at(0.5), p90: at(0.9), max: sorted.at(-1) ?? 0 };
  }
}
