/**
 * Divides preference pairs into training data, held-out pairs, held-out prompts, and prompts for the rounds. A prompt is
 * in one part only, and which one depends on its text and the seed, not on the order of the data.
 *
 * Every prompt has a rank in [0, 1) from its content and the seed. Held-out prompts are those of lowest rank: first the
 * held-out pairs, then the held-out prompts. Ranks below `share` = held-out counts / (held-out counts + trainPairs) are
 * kept for them: what is left there is not trained on, so that added data, which may push a prompt out of the held-out
 * ones, never pushes it into training. Limits of that promise, for the same seed and counts:
 *  - it holds for held-out prompts of rank under `share`. Where the data has too few of those, the next ranks are taken,
 *    and these (only these) may come into training once data is added;
 *  - it holds while the data has trainPairs pairs of higher rank. Where it has fewer, training also takes what is left
 *    under `share`, from the highest rank down;
 *  - with trainPairs = 0 ("all that are left") nothing is kept, share = 0, and added data may move any held-out prompt.
 */
import { InputError } from '../protocol/errors';
import type { PreferencePair } from '../protocol/preference';
import { seededRandom } from './seeded-random';

export interface SplitSizes {
  heldOutPairs: number;
  heldOutPrompts: number;
  /** 0 = all that are left. */
  trainPairs: number;
  seed: number;
}

export interface PreferenceSplit {
  train: PreferencePair[];
  heldOutPairs: PreferencePair[];
  /** One pair a prompt. */
  heldOutPrompts: PreferencePair[];
  /** One pair a prompt, of those in no other part: fresh prompts for the rounds. Empty when training takes all. */
  roundPrompts: PreferencePair[];
}

interface PromptGroup {
  rank: number;
  key: string;
  pairs: PreferencePair[];
}

/**
 * Splits the pairs. Where there are fewer than asked for, the held-out parts are filled first and training gets the rest.
 * Throws an InputError with the counts when nothing would be left to train on.
 */
export function splitPairs(pairs: readonly PreferencePair[], sizes: SplitSizes): PreferenceSplit {
  const groups = rankPrompts(pairs, sizes.seed);
  const heldOutPairs = takePairs(groups, sizes.heldOutPairs);
  const heldOutPrompts = groups.slice(heldOutPairs.groups, heldOutPairs.groups + sizes.heldOutPrompts);
  const rest = groups.slice(heldOutPairs.groups + heldOutPrompts.length);
  const share = reservedShare(sizes);
  const free = rest.filter((group) => group.rank >= share);
  const reserve = rest.filter((group) => group.rank < share).reverse();
  const train = takePairs([...free, ...reserve], sizes.trainPairs === 0 ? Infinity : sizes.trainPairs);
  if (heldOutPairs.pairs.length < sizes.heldOutPairs || train.pairs.length === 0) {
    throw tooFew(pairs.length, groups.length, sizes);
  }
  return {
    train: train.pairs,
    heldOutPairs: heldOutPairs.pairs,
    heldOutPrompts: firstOfEach(heldOutPrompts),
    roundPrompts: firstOfEach(free.slice(train.groups)),
  };
}

/** The pairs by prompt, in the order of the prompts' ranks; a prompt's pairs in the order of their ids. */
function rankPrompts(pairs: readonly PreferencePair[], seed: number): PromptGroup[] {
  const groups = new Map<string, PromptGroup>();
  for (const pair of pairs) {
    const key = JSON.stringify(pair.prompt);
    const group = groups.get(key) ?? { rank: seededRandom(seed, 'split', key)(), key, pairs: [] };
    group.pairs.push(pair);
    groups.set(key, group);
  }
  for (const group of groups.values()) group.pairs.sort((a, b) => compare(a.id, b.id));
  return [...groups.values()].sort((a, b) => a.rank - b.rank || compare(a.key, b.key));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function reservedShare({ heldOutPairs, heldOutPrompts, trainPairs }: SplitSizes): number {
  const heldOut = heldOutPairs + heldOutPrompts;
  return trainPairs === 0 ? 0 : heldOut / (heldOut + trainPairs);
}

/** Pairs of the first groups until there are `wanted`; the last group's surplus is used nowhere. */
function takePairs(groups: PromptGroup[], wanted: number): { pairs: PreferencePair[]; groups: number } {
  const pairs: PreferencePair[] = [];
  let taken = 0;
  while (taken < groups.length && pairs.length < wanted) {
    pairs.push(...(groups[taken]?.pairs ?? []).slice(0, wanted - pairs.length));
    taken += 1;
  }
  return { pairs, groups: taken };
}

function firstOfEach(groups: PromptGroup[]): PreferencePair[] {
  return groups.flatMap((group) => group.pairs.slice(0, 1));
}

function tooFew(pairs: number, prompts: number, sizes: SplitSizes): InputError {
  return new InputError(
    `The data has ${pairs} usable pairs with ${prompts} different prompts. The recipe holds out ${sizes.heldOutPairs} pairs ` +
      `and ${sizes.heldOutPrompts} prompts, and nothing would be left to train on. Add data, or lower heldOutPairs and heldOutPrompts.`,
  );
}
