/** Scores (rewards, referee's and gold ones) as text: three decimals wherever they stand, differences with their sign. Pure. */
import { formatFixed, formatPercent } from '../../primitives/format';

export interface Interval {
  low: number;
  high: number;
}

/** 0.36568 -> '0.366', -1.27 -> '−1.270'; a value that rounds to zero has no sign */
export const scoreText = (score: number): string => formatFixed(score, 3);

/** 0.0411 -> '+0.041', -0.02 -> '−0.020' */
export const signed = (difference: number): string => `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`;

/** '[0.512, 0.556]' @param text of one end */
export const intervalText = ({ low, high }: Interval, text: (end: number) => string = scoreText): string =>
  `[${text(low)}, ${text(high)}]`;

/** '0.534 [0.512, 0.556]' */
export const withInterval = (value: number, interval: Interval, text: (value: number) => string = scoreText): string =>
  `${text(value)} ${intervalText(interval, text)}`;

/** '61.3% [55.0%, 67.1%]' */
export const shareText = (share: number, interval: Interval): string => withInterval(share, interval, formatPercent);

/** What the interval of a difference from SFT says in words. */
export function againstSft({ low, high }: Interval): string {
  if (low > 0) return 'better than SFT';
  return high < 0 ? 'worse than SFT' : 'not clearly different from SFT';
}
