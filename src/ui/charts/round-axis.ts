/** A chart's axis from round number to round number, for drawings that recharts makes. Pure. */
import { multiplesOf, roundStep, type Domain } from './scale';

/**
 * The smallest axis with a tick at both ends that holds all `values` (missing ones are left out): recharts alone would divide the
 * span of the values into equal parts, at ticks such as −0.418.
 * @param count about how many steps
 */
export function roundAxis(values: readonly number[], count = 5): { domain: [number, number]; ticks: number[] } {
  const known = values.filter((value) => Number.isFinite(value));
  const [low, high] = known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Values that are one but for rounding are no span to divide.
  const room = high - low > Math.max(size * 1e-6, 1e-9) ? 0 : Math.max(size * 0.1, 1e-6);
  const span: Domain = [low - room, high + room];
  const step = roundStep(span, count);
  const ticks = multiplesOf(step, Math.floor(span[0] / step + 1e-9), Math.ceil(span[1] / step - 1e-9));
  return { domain: [ticks[0] ?? low, ticks.at(-1) ?? high], ticks };
}
