/**
 * From scored samples to preference pairs: which response is chosen, which rejected, which pairs are dropped and why
 * (method.md section 4). Candidates are filtered first, then chosen from. Leaves out sampling, scoring and storage.
 */
import type { Candidate, DropReason, SyntheticPair } from '../protocol/preference';
import { contentHash } from './content-hash';
import { brokenSafetyRule } from './safety-rules';

export interface PairSettings {
  /** The best candidate against the worst, the next best, or a random lower one. */
  policy: 'best-worst' | 'best-second' | 'best-random';
  /** Smallest score difference, in standard deviations of the round's scores. */
  minMargin: number;
  /** Use responses that hit the length limit without an end token. */
  keepTruncated: boolean;
  /** tokenSimilarity from which a pair counts as near-identical. */
  maxSimilarity: number;
  /** Keep text that breaks a rule of safety-rules.ts from being chosen. */
  safetyRules: boolean;
  /** Score minus a times length, with a such that kept pairs have a mean length difference near 0. */
  lengthControl: boolean;
}

export interface PairInput extends PairSettings {
  prompts: { id: string; text: string; ids: number[] }[];
  /** candidates[i] are the k >= 2 samples of prompts[i]. */
  candidates: Candidate[][];
  round: number;
  /** Uniform in [0, 1); drawn once a prompt, whatever the policy. */
  random: () => number;
}

export interface PairResult {
  /** One a prompt, in order, kept and dropped. Scores are the reward model's, without length control. */
  pairs: SyntheticPair[];
  counts: Record<DropReason | 'kept', number>;
  /** Standard deviation of the scores the choice was made by (after length control). */
  sigma: number;
  /** a, in score a token; null without length control. */
  lengthCoefficient: number | null;
}

/** One prompt's candidates with what does not depend on the length coefficient. */
interface PromptGroup {
  candidates: Candidate[];
  /** Indexes that may take part: not empty, not cut, each text once. */
  usable: number[];
  /** By candidate: may be chosen. */
  safe: boolean[];
  /** Why there is no pair whatever the scores, or null. */
  dropped: DropReason | null;
  uniform: number;
  /** tokenSimilarity by "i,j". */
  similarity: Map<string, number>;
}

interface Choice {
  chosen: number;
  rejected: number;
  dropped: DropReason | null;
}

/**
 * 1 - (edit distance) / (longer length) over token ids, in [0, 1]; 1 for equal sequences, two empty ones too.
 * The distance is Levenshtein's: insertions, deletions, replacements.
 */
export function tokenSimilarity(a: readonly number[], b: readonly number[]): number {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 1;
  let row = Int32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = new Int32Array(b.length + 1);
    next[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1);
    }
    row = next;
  }
  return 1 - (row[b.length] as number) / longer;
}

/** Applies the filters that look at single candidates, and finds what leaves no pair at all. */
function groupCandidates(candidates: Candidate[], settings: PairSettings, uniform: number): PromptGroup {
  const all = candidates.map((_, i) => i);
  const text = (i: number) => (candidates[i] as Candidate).text.trim();
  const filled = all.filter((i) => text(i) !== '');
  const complete = filled.filter((i) => settings.keepTruncated || candidates[i]?.ended);
  const usable = complete.filter((i, at) => complete.findIndex((other) => text(other) === text(i)) === at);
  const safe = all.map((i) => !settings.safetyRules || brokenSafetyRule(text(i)) === null);
  let dropped: DropReason | null = null;
  if (filled.length < 2) dropped = 'empty';
  else if (complete.length < 2) dropped = 'truncated';
  else if (!usable.some((i) => safe[i])) dropped = 'unsafe';
  else if (usable.length < 2) dropped = 'identical';
  return { candidates, usable, safe, dropped, uniform, similarity: new Map() };
}

function pickRejected(lower: number[], policy: PairSettings['policy'], uniform: number): number | undefined {
  if (policy === 'best-worst') return lower.at(-1);
  if (policy === 'best-second') return lower[0];
  return lower[Math.floor(uniform * lower.length)];
}

function similarityOf(group: PromptGroup, i: number, j: number): number {
  const key = `${i},${j}`;
  const known = group.similarity.get(key);
  if (known !== undefined) return known;
  const value = tokenSimilarity(group.candidates[i]?.ids ?? [], group.candidates[j]?.ids ?? []);
  group.similarity.set(key, value);
  return value;
}

/** Best and worst of all candidates, to show in the record of a pair that was dropped before the choice. */
function extremes(scores: number[]): { chosen: number; rejected: number } {
  const order = scores.map((_, i) => i).sort((i, j) => (scores[j] as number) - (scores[i] as number) || i - j);
  return { chosen: order[0] as number, rejected: order.at(-1) as number };
}

/** The pair of one prompt by `scores` (earlier samples first on ties), with the reason if it is dropped. */
function choose(group: PromptGroup, scores: number[], sigma: number, settings: PairSettings): Choice {
  if (group.dropped) return { ...extremes(scores), dropped: group.dropped };
  const ranked = group.usable.toSorted((i, j) => (scores[j] as number) - (scores[i] as number) || i - j);
  const at = ranked.findIndex((i) => group.safe[i]);
  const chosen = ranked[at] as number;
  const rejected = pickRejected(ranked.slice(at + 1), settings.policy, group.uniform);
  if (rejected === undefined) return { ...extremes(scores), dropped: 'unsafe' };
  const margin = (scores[chosen] as number) - (scores[rejected] as number);
  let dropped: DropReason | null = null;
  if (similarityOf(group, chosen, rejected) >= settings.maxSimilarity) dropped = 'near-identical';
  else if (margin === 0) dropped = 'tie';
  else if (margin < settings.minMargin * sigma) dropped = 'margin';
  return { chosen, rejected, dropped };
}

/** Of all values there are (n): what margins are counted in. */
export function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}

const lengthOf = (group: PromptGroup, i: number) => (group.candidates[i] as Candidate).ids.length;

/** All choices for one length coefficient. `difference` is the mean length of chosen minus rejected over kept pairs. */
function chooseAll(groups: PromptGroup[], coefficient: number, settings: PairSettings) {
  const scores = groups.map(({ candidates }) => candidates.map((c) => c.score - coefficient * c.ids.length));
  const sigma = standardDeviation(scores.flat());
  const choices = groups.map((group, i) => choose(group, scores[i] as number[], sigma, settings));
  let total = 0;
  let kept = 0;
  choices.forEach(({ chosen, rejected, dropped }, i) => {
    if (dropped) return;
    const group = groups[i] as PromptGroup;
    total += lengthOf(group, chosen) - lengthOf(group, rejected);
    kept++;
  });
  return { coefficient, sigma, choices, kept, difference: kept === 0 ? 0 : total / kept };
}

/**
 * The coefficient a for which kept pairs have the mean length difference closest to 0. The difference falls in steps
 * as a rises (exactly so for best-worst before the margin filter), so a is bracketed by doubling from
 * sigma(score)/sigma(length), then bisected; the best value seen is taken, the one nearer 0 on ties.
 */
function controlLength(groups: PromptGroup[], settings: PairSettings) {
  const all = groups.flatMap(({ candidates }) => candidates);
  const start = chooseAll(groups, 0, settings);
  const unit = start.sigma / standardDeviation(all.map((c) => c.ids.length));
  if (start.difference === 0 || !Number.isFinite(unit) || unit === 0) return start;
  const sign = Math.sign(start.difference);
  let best = start;
  const differenceAt = (a: number) => {
    const result = chooseAll(groups, a, settings);
    if (result.kept > 0 && Math.abs(result.difference) < Math.abs(best.difference)) best = result;
    return result.difference;
  };
  let [near, far] = [0, (sign * unit) / 16];
  for (let i = 0; i < 14 && differenceAt(far) * sign > 0; i++) [near, far] = [far, far * 2];
  for (let i = 0; i < 40 && best.difference !== 0; i++) {
    const middle = (near + far) / 2;
    if (differenceAt(middle) * sign > 0) near = middle;
    else far = middle;
  }
  return best;
}

function checkInput({ prompts, candidates }: PairInput): void {
  if (prompts.length !== candidates.length) throw new Error('internal: candidates do not match the prompts');
  candidates.forEach((group, i) => {
    if (group.length < 2) throw new Error(`internal: prompt ${prompts[i]?.id} has fewer than 2 candidates`);
    if (!group.every((c) => Number.isFinite(c.score))) {
      throw new Error(`internal: a score of prompt ${prompts[i]?.id} is not finite`);
    }
  });
}

function noCounts(): Record<DropReason | 'kept', number> {
  return {
    kept: 0,
    empty: 0,
    identical: 0,
    'near-identical': 0,
    tie: 0,
    margin: 0,
    truncated: 0,
    unsafe: 0,
    'too-long': 0,
    'prompt-mismatch': 0,
  };
}

/**
 * One pair a prompt. A candidate that is empty or (unless kept) truncated takes no part; of equal texts the first takes
 * part; an unsafe one may be rejected but not chosen, and then only below a safe one. What is left is ranked by score.
 * Reasons are tried in this order: empty, truncated, unsafe, identical, near-identical, tie, margin. A pair dropped
 * before the choice shows its best and worst candidate. The same input gives the same result.
 */
export async function makePairs(input: PairInput): Promise<PairResult> {
  checkInput(input);
  const groups = input.candidates.map((candidates) => groupCandidates(candidates, input, input.random()));
  const result = input.lengthControl ? controlLength(groups, input) : chooseAll(groups, 0, input);
  const counts = noCounts();
  const pairs = await Promise.all(
    input.prompts.map(async (prompt, i): Promise<SyntheticPair> => {
      const { candidates } = groups[i] as PromptGroup;
      const choice = result.choices[i] as Choice;
      const chosen = candidates[choice.chosen] as Candidate;
      const rejected = candidates[choice.rejected] as Candidate;
      counts[choice.dropped ?? 'kept']++;
      return {
        id: await contentHash(prompt.text, chosen.text, rejected.text),
        round: input.round,
        prompt: prompt.text,
        promptIds: prompt.ids,
        chosen,
        rejected,
        scores: candidates.map((c) => c.score),
        dropped: choice.dropped,
      };
    }),
  );
  const sigma = groups.length === 0 ? 0 : result.sigma;
  return { pairs, counts, sigma, lengthCoefficient: input.lengthControl ? result.coefficient : null };
}
