/** Slow, exact references of the optimiser, in float64. */

export interface AdamwStepSettings {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Counts from 1. */
  step: number;
  /** Every gradient is multiplied by this first. */
  clipFactor: number;
}

export interface AdamwVectors {
  parameters: Float64Array;
  firstMoment: Float64Array;
  secondMoment: Float64Array;
}

/** As adamwStep of src/ops/adamw.ts; of flags[i], bit 0 is "does not decay" and bit 1 "is not trained". */
export function adamwReference(
  { parameters, firstMoment, secondMoment }: AdamwVectors,
  gradient: ArrayLike<number>,
  { learningRate, beta1, beta2, epsilon, weightDecay, step, clipFactor }: AdamwStepSettings,
  flags?: ArrayLike<number>,
): AdamwVectors {
  const m = firstMoment.map((value, i) => beta1 * value + (1 - beta1) * clipFactor * gradient[i]!);
  const v = secondMoment.map((value, i) => beta2 * value + (1 - beta2) * (clipFactor * gradient[i]!) ** 2);
  const p = parameters.map((value, i) => {
    const decay = (flags?.[i] ?? 0) & 1 ? 0 : learningRate * weightDecay * value;
    const direction = m[i]! / (Math.sqrt(v[i]!) / Math.sqrt(1 - beta2 ** step) + epsilon);
    return (flags?.[i] ?? 0) & 2 ? value : value - decay - (learningRate / (1 - beta1 ** step)) * direction;
  });
  return { parameters: p, firstMoment: m, secondMoment: v };
}

/** The Euclidean norm of several vectors together, and min(1, maxNorm / (norm + 1e-6)). */
export function gradientNormReference(vectors: readonly ArrayLike<number>[], maxNorm: number) {
  let sum = 0;
  for (const vector of vectors) for (let i = 0; i < vector.length; i++) sum += vector[i]! ** 2;
  const norm = Math.sqrt(sum);
  return { norm, clipFactor: Math.min(1, maxNorm / (norm + 1e-6)) };
}
