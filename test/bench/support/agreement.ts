/** Checks that contenders compute the same before anything is timed: a peer that computes something else is no peer. */

/** Contenders round differently; over 8 layers of fp32 that is far below this. */
const tolerance = 1e-3;

/** First and second loss, and the first gradient's norm. */
export interface FirstSteps {
  readonly losses: readonly [number, number];
  readonly gradientNorm: number;
}

const relative = (value: number, wanted: number) => Math.abs(value - wanted) / Math.abs(wanted);

/** @throws Error when the first loss is not ln 2 */
export function requireStart(name: string, { losses }: FirstSteps): void {
  if (relative(losses[0], Math.LN2) <= tolerance) return;
  throw new Error(`${name}: the first loss is ${losses[0]} instead of ln 2 = ${Math.LN2}`);
}

/** @throws Error when `steps` are not those of `base` */
export function requireSameSteps(name: string, steps: FirstSteps, base: FirstSteps): void {
  requireStart(name, steps);
  const figures = [
    ['the norm of the first gradient', steps.gradientNorm, base.gradientNorm],
    ['the second loss', steps.losses[1], base.losses[1]],
  ] as const;
  for (const [what, value, wanted] of figures) {
    if (!(relative(value, wanted) <= tolerance)) throw new Error(`${name}: ${what} is ${value} instead of ${wanted}`);
  }
}

/** @throws Error when a loss is further than 1e-5 from the base's */
export function requireCloseLosses(name: string, steps: FirstSteps, base: FirstSteps): void {
  requireSameSteps(name, steps, base);
  steps.losses.forEach((loss, i) => {
    const difference = Math.abs(loss - base.losses[i]!);
    if (!(difference <= 1e-5)) throw new Error(`${name}: loss ${i + 1} is off by ${difference.toExponential(1)}`);
  });
}

/** @throws Error when a loss or the gradient's norm differs from the base's in any bit */
export function requireIdenticalSteps(name: string, steps: FirstSteps, base: FirstSteps): void {
  requireStart(name, steps);
  const figures = (of: FirstSteps) => [...of.losses, of.gradientNorm].join(', ');
  if (figures(steps) === figures(base)) return;
  throw new Error(`${name}: losses and gradient norm ${figures(steps)} instead of exactly ${figures(base)}`);
}

/**
 * Greedy ids agree for as long as no two logits lie within rounding of each other; after that texts part for good. So
 * at least half of the sequences must agree in their first `least` ids.
 * @throws Error when they do not
 */
export function requireSameIds(name: string, ids: readonly number[][], base: readonly number[][], least = 4): void {
  const same = ids.filter((row, i) => base[i]!.slice(0, least).every((id, at) => row[at] === id)).length;
  if (2 * same >= base.length && ids.length === base.length) return;
  throw new Error(`${name}: only ${same} of ${base.length} sequences begin with the same ${least} ids`);
}

/** @throws Error when two products differ by more than fp32 rounding of sums of length k allows */
export function requireSameProduct(name: string, product: Float32Array, base: Float32Array, k: number): void {
  let [error, largest] = [0, 0];
  for (let i = 0; i < base.length; i++) {
    error = Math.max(error, Math.abs(product[i]! - base[i]!));
    largest = Math.max(largest, Math.abs(base[i]!));
  }
  const allowed = 1e-6 * Math.sqrt(k) * largest;
  if (product.length === base.length && error <= allowed) return;
  throw new Error(`${name}: the product is off by ${error.toExponential(1)}, allowed is ${allowed.toExponential(1)}`);
}
