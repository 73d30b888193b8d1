/** Axes: from values to pixels, linear or logarithmic, with ticks at round numbers. Pure. */

export interface Scale {
  /** The pixel of a value. */
  at(value: number): number;
  /** The value at a pixel. */
  valueAt(pixel: number): number;
  ticks: readonly number[];
}

export type Domain = readonly [low: number, high: number];

const steps = [1, 2, 2.5, 5, 10];

/** The round number that divides `domain` into about `count` steps. */
export function roundStep([low, high]: Domain, count: number): number {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return (steps.find((candidate) => candidate * power >= rough) ?? 10) * power;
}

/** The multiples of `step` from the `first` to the `last`. Multiplied rather than summed, and rounded: 3 * 0.1 is to be 0.3. */
export const multiplesOf = (step: number, first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));

/** Round numbers within `domain`, about `count` of them. */
export function linearTicks(domain: Domain, count: number): number[] {
  const step = roundStep(domain, count);
  return multiplesOf(step, Math.ceil(domain[0] / step - 1e-9), Math.floor(domain[1] / step + 1e-9));
}

/** Powers of ten within `domain`, with 2 and 5 of each where they are few; round numbers where it spans less than that. */
export function logTicks([low, high]: Domain, count: number): number[] {
  const decades = Math.log10(high / low);
  if (decades < 1) return linearTicks([low, high], count);
  const stride = Math.max(1, Math.ceil(decades / count));
  const of = decades < 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += stride) {
    ticks.push(...of.map((digit) => Number((digit * 10 ** power).toPrecision(3))));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** `domain` with room around it, so that no line lies on the edge; never empty. */
export function padded([low, high]: Domain, log: boolean): Domain {
  if (log) {
    const factor = Math.max(1.05, (high / low) ** 0.05);
    return [low / factor, high * factor];
  }
  const room = high > low ? (high - low) * 0.05 : Math.max(Math.abs(high) * 0.1, 1e-9);
  return [low - room, high + room];
}

/** @param pixels where the domain's low and high end lie @param log needs a domain above 0 */
export function createScale(domain: Domain, pixels: Domain, count: number, log = false): Scale {
  const bend = log ? Math.log10 : (value: number) => value;
  const unbend = log ? (value: number) => 10 ** value : (value: number) => value;
  const [low, high] = [bend(domain[0]), bend(domain[1])];
  const factor = (pixels[1] - pixels[0]) / (high - low || 1);
  return {
    at: (value) => pixels[0] + (bend(value) - low) * factor,
    valueAt: (pixel) => unbend(low + (pixel - pixels[0]) / factor),
    ticks: log ? logTicks(domain, count) : linearTicks(domain, count),
  };
}
