/** Weights on their way from files to the GPU, piece by piece, so that no model is ever whole on the host. Types only. */

/** Successive rows of one tensor; a vector's values count as its rows. */
export interface WeightPiece {
  /** Its name in `weightSpecs`. */
  name: string;
  /** The first row. The pieces of a tensor come in order, without gaps. */
  row: number;
  /** fp32 values, or the bits of halves where the file has halves. Valid until the next piece is asked for. */
  values: Float32Array | Uint16Array;
}

/** All tensors of `weightSpecs`, each once, in any order. */
export type WeightStream = AsyncIterable<WeightPiece>;

/** What the narrower range of fp16 cost, in values of matrices that were not fp16 before. */
export interface HalfConversion {
  /** Became zero: under half of 2^-24. */
  flushed: number;
  /** Became subnormal halves, which have fewer digits: under 2^-14. */
  subnormal: number;
}
