/**
 * The warning of method.md section 6 that needs no referee model: from one model to the next, KL from SFT and response
 * length rise while the length-controlled win rate against SFT stays flat. Then the policy buys reward with length.
 * Leaves out the comparison with a referee's score (referee-warnings.ts).
 */

/** What the rule looks at, of SFT (KL 0, win rate 1/2) and every later model, in order. */
export interface OptimisationPoint {
  model: string;
  /** Nats a response. */
  kl: number;
  /** Mean response tokens. */
  length: number;
  /** Length-controlled win rate against SFT, 0 to 1. */
  winRate: number;
}

export interface OptimisationWarning {
  model: string;
  message: string;
}

/** Smallest changes that count. Choices of ours, not from a paper. */
export const optimisationThresholds = {
  /** Rise of KL from SFT, nats a response. */
  kl: 0.5,
  /** Relative rise of mean length. */
  length: 0.1,
  /** A rise of the win rate up to this counts as flat. */
  winRate: 0.02,
} as const;

/** One warning for each model that, against the one before it, shows the pattern. */
export function overOptimisationWarnings(points: readonly OptimisationPoint[]): OptimisationWarning[] {
  return points.flatMap((point, i) => {
    const before = points[i - 1];
    if (!before) return [];
    const rises =
      point.kl - before.kl > optimisationThresholds.kl &&
      point.length > before.length * (1 + optimisationThresholds.length);
    const flat = point.winRate - before.winRate <= optimisationThresholds.winRate;
    return rises && flat ? [{ model: point.model, message: describe(before, point) }] : [];
  });
}

function describe(before: OptimisationPoint, point: OptimisationPoint): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return (
    `Possible over-optimisation: from ${before.model} to ${point.model} the KL from SFT rose from ` +
    `${before.kl.toFixed(2)} to ${point.kl.toFixed(2)} nats and the mean length from ${before.length.toFixed(1)} to ` +
    `${point.length.toFixed(1)} tokens, but the length-controlled win rate against SFT went from ` +
    `${percent(before.winRate)} to ${percent(point.winRate)}. ` +
    'Consider length control for pairs, a higher beta, or the earlier round.'
  );
}
