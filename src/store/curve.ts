/**
 * The curves of one stage as columns of numbers, one for each metric, so that tens of thousands of points can be smoothed and
 * thinned between two frames. Grows as points come and forgets the oldest beyond its capacity. Leaves out every drawing.
 */
import type { MetricPoint } from '../protocol/run-state';

const FIRST_SLOTS = 256;

export interface Curve {
  readonly length: number;
  /** How many points were forgotten to make room. */
  readonly forgotten: number;
  /** Names of the metrics in the order of their first appearance. */
  readonly metrics: readonly string[];
  /** [length] strictly rising. A view that the next append may change: read it at once. */
  steps(): Float64Array;
  /** [length] seconds of work of the stage; NaN where the time is not known. A view, as above. */
  seconds(): Float64Array;
  /** [length]; NaN where a point has no such value, null when no point has. A view, as above. */
  values(metric: string): Float64Array | null;
  /** Points of a step that is there already replace it and what followed: the stage went back to a checkpoint. */
  append(points: readonly MetricPoint[]): void;
  /** All points, or about `limit` of them, evenly spread, with the first and the last. */
  toPoints(limit?: number): MetricPoint[];
}

/** @param capacity points, at least 1 */
export function createCurve(capacity: number): Curve {
  const columns = new Map<string, Float64Array>();
  let steps = new Float64Array(0);
  let seconds = new Float64Array(0);
  let start = 0;
  let end = 0;
  let forgotten = 0;

  const view = (column: Float64Array) => column.subarray(start, end);
  const newColumn = () => new Float64Array(steps.length).fill(NaN);

  /** Moves the points into columns of `slots`, from their beginning on. */
  function move(slots: number): void {
    const moved = (column: Float64Array) => {
      const target = new Float64Array(slots).fill(NaN);
      target.set(view(column));
      return target;
    };
    steps = moved(steps);
    seconds = moved(seconds);
    for (const [name, column] of columns) columns.set(name, moved(column));
    [start, end] = [0, end - start];
  }

  /** Twice the capacity is room enough to move rarely. */
  const makeRoom = () => move(Math.min(2 * capacity, Math.max(FIRST_SLOTS, 2 * (end - start))));

  function truncate(step: number): void {
    const before = end;
    while (end > start && (steps[end - 1] ?? 0) >= step) end -= 1;
    for (const column of columns.values()) column.fill(NaN, end, before);
  }

  function push(point: MetricPoint): void {
    truncate(point.step);
    if (end === steps.length) makeRoom();
    steps[end] = point.step;
    seconds[end] = point.seconds ?? NaN;
    for (const name in point.values) {
      let column = columns.get(name);
      if (!column) columns.set(name, (column = newColumn()));
      column[end] = point.values[name] ?? NaN;
    }
    end += 1;
    if (end - start > capacity) {
      start += 1;
      forgotten += 1;
    }
  }

  function pointAt(index: number): MetricPoint {
    const values: Record<string, number> = {};
    for (const [name, column] of columns) {
      const value = column[index];
      if (value !== undefined && !Number.isNaN(value)) values[name] = value;
    }
    const time = seconds[index];
    const known = time !== undefined && !Number.isNaN(time);
    return { step: steps[index] ?? NaN, values, ...(known && { seconds: time }) };
  }

  return {
    get length() {
      return end - start;
    },
    get forgotten() {
      return forgotten;
    },
    get metrics() {
      return [...columns.keys()];
    },
    steps: () => view(steps),
    seconds: () => view(seconds),
    values: (metric) => {
      const column = columns.get(metric);
      return column ? view(column) : null;
    },
    append: (points) => points.forEach(push),
    toPoints: (limit = Infinity) => {
      const length = Math.min(limit, end - start);
      const stride = length > 1 ? (end - start - 1) / (length - 1) : 1;
      return Array.from({ length }, (_, i) => pointAt(start + Math.round(i * stride)));
    },
  };
}
