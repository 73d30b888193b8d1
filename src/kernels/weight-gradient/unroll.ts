/** Writes WGSL lines for indices 0 .. count-1. Register tiles are unrolled so: WGSL arrays would leave the registers. */
export const unroll = (count: number, line: (index: number) => string, separator = '\n'): string =>
  Array.from({ length: count }, (_, index) => line(index)).join(separator);
