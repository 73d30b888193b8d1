/** The middle of measured figures, for every thread. */

/** The upper one of the two in the middle; undefined without values. */
export const median = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
