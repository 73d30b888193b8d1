/**
 * What the WGSL of every tile shape offers to the kernel that is put together from it (kernel.ts): accumulators of 4 columns
 * for a number of rows a thread, a loop that adds a product to them, and how they are handed over at the end.
 */

/** A product to add: WGSL that reads x [row, k..k+3] and the 4 x 4 block of weights at (n, k), for k from `from` to `to`. */
export interface Contraction {
  readonly x: (row: string, k: string) => string;
  readonly w: (n: string, k: string) => string;
  readonly from: string;
  readonly to: string;
}

/**
 * Code of one tile shape. In scope for it: `local` (index in the workgroup), `row0` and `column0` (first output of the block).
 * It defines `rowBase` and `n`, multiples-of-4 columns n..n+3 and rows rowBase..rowBase+accumulators-1 of this thread, whose
 * sums are vec4 variables a0, a1, ...
 */
export interface TileCode {
  readonly threads: number;
  /** Block of outputs of a workgroup. */
  readonly rows: number;
  readonly columns: number;
  readonly accumulators: number;
  /** Enables the lane index `lane` within the subgroup. */
  readonly subgroups?: boolean;
  readonly declarations?: string;
  readonly begin: string;
  readonly contract: (product: Contraction) => string;
  /** @param finish WGSL statement that stores the sums `value` of `row` */
  readonly finish: (finish: (row: string, value: string) => string) => string;
}

/** WGSL for indices 0..count-1, one a line. Register tiles are unrolled so: arrays would leave the registers. */
export const unroll = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/** The name of a vector's component. */
export const component = (index: number): string => 'xyzw'[index]!;

/** Rows past the last are read as the last; they are never stored. */
export const clampRow = (row: string): string => `min(${row}, params.rows - 1u)`;

/**
 * Stores each accumulator by the thread that has it. In a loop, whose end no compiler knows: each load and store in the code
 * is slow to compile for CPU adapters.
 */
export const finishEach =
  (accumulators: number): TileCode['finish'] =>
  (finish) => /* wgsl */ `
  var sums = array<vec4<f32>, ${accumulators}>(${listAccumulators(accumulators)});
  for (var row = rowBase; row < min(rowBase + ${accumulators}u, params.rows); row++) {
    ${finish('row', 'sums[row - rowBase]')}
  }`;

/** `a0, a1, ...` */
export const listAccumulators = (count: number): string => Array.from({ length: count }, (_, i) => `a${i}`).join(', ');
