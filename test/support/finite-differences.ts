/** Central differences in float64, for checking the references that kernels are checked against. */

/** d f / d x at `x`, element by element. */
export function finiteDifferences(f: (x: Float64Array) => number, x: ArrayLike<number>, step = 1e-5): Float64Array {
  const at = Float64Array.from(x);
  return at.map((value, i) => {
    at[i] = value + step;
    const above = f(at);
    at[i] = value - step;
    const below = f(at);
    at[i] = value;
    return (above - below) / (2 * step);
  });
}

/** The scalar whose gradient under `y` is `dy`. */
export const dot = (y: ArrayLike<number>, dy: ArrayLike<number>): number =>
  Float64Array.from(y, (value, i) => value * dy[i]!).reduce((sum, value) => sum + value, 0);
