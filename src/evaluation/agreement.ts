/** How far two judges agree on which of two responses is better. Pure functions of what both said. */
import type { Agreement } from '../protocol/pairs';

/** What each judge said of one pair. */
export type Verdict = 'left' | 'right' | 'tie';
export type TwoVerdicts = readonly [Verdict, Verdict];

const categories = ['left', 'right', 'tie'] as const;

/** The 97.5% quantile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * Cohen's kappa (1960): agreement beyond what the judges' own frequencies give by chance, (p - e) / (1 - e). The 95% interval is
 * Wilson's (1927) for the agreement p, carried over with e as observed; unlike kappa's large-sample error it keeps a width when
 * the judges always agree.
 */
export function agreement(verdicts: readonly TwoVerdicts[]): Agreement {
  const votes = verdicts.length;
  const agreed = verdicts.filter(([a, b]) => a === b).length;
  const ties = verdicts.filter(([a]) => a === 'tie').length;
  const share = (judge: 0 | 1, category: Verdict) => verdicts.filter((both) => both[judge] === category).length / votes;
  const chance = categories.reduce((sum, category) => sum + share(0, category) * share(1, category), 0);
  if (votes === 0 || chance === 1) return { votes, ties, agreed, kappa: null, interval: null };
  const beyond = (p: number) => (p - chance) / (1 - chance);
  const { low, high } = wilson(agreed, votes);
  return { votes, ties, agreed, kappa: beyond(agreed / votes), interval: { low: beyond(low), high: beyond(high) } };
}

/** Wilson's 95% score interval of a share. @param count of `total` > 0 */
export function wilson(count: number, total: number): { low: number; high: number } {
  const share = count / total;
  const centre = (share + (Z * Z) / (2 * total)) / (1 + (Z * Z) / total);
  const half = (Z * Math.sqrt((share * (1 - share)) / total + (Z * Z) / (4 * total * total))) / (1 + (Z * Z) / total);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
