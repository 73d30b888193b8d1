/** Gold scores as text: three decimals, differences always with their sign. Pure. */

export const goldText = (score: number): string => score.toFixed(3);

/** 0.0411 -> '+0.041', -0.02 -> '−0.020' */
export const signed = (difference: number): string => `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`;

/** What the interval of a difference from SFT says in words. */
export function againstSft({ low, high }: { low: number; high: number }): string {
  if (low > 0) return 'better than SFT';
  return high < 0 ? 'worse than SFT' : 'not clearly different from SFT';
}
