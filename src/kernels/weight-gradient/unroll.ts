/**
 * Register tiles in WGSL: unrolled lines, and picking one of several registers. (WGSL arrays with an index that is not
 * constant may leave the registers.)
 */

/** Lines for the indices 0 .. count-1. */
export const unroll = (count: number, line: (index: number) => string, separator = '\n'): string =>
  Array.from({ length: count }, (_, index) => line(index)).join(separator);

/** An expression for the value with index `index` (a u32 expression) of 1 or more values. */
export function pickWgsl(index: string, values: readonly string[]): string {
  if (values.length === 1) return values[0]!;
  const half = values.length / 2;
  const low = pickWgsl(index, values.slice(0, half));
  const high = pickWgsl(`(${index} - ${half}u)`, values.slice(half));
  return `select(${low}, ${high}, ${index} >= ${half}u)`;
}
