/**
 * Divides a dataset into training data, the referee's half, held-out pairs, held-out prompts, and prompts for the rounds. The
 * hash of a prompt alone decides its part, so a prompt is in one part only, and adding data never moves one:
 *
 *   hash, first 52 bits, as a fraction below `heldOutShare`  -> held out; one further bit says as pair or as prompt
 *   else                                                     -> training; with `refereeHalf` a further bit says for whom
 *
 * Prompts of files that are named as a test or validation split are held out too, whatever their hash.
 *
 * Sizes only cap what is used of a part, in an order by hash and seed. Limits of the promise: it is for one `heldOutShare` (a
 * larger one moves prompts from training to held-out, a smaller one back), and `refereeHalf` divides training anew. A prompt that
 * comes with a test file later moves from training to held-out. Near-identical prompts have nothing to do with each other here.
 */
import type { SplitKey } from '../protocol/dataset';
import { InputError } from '../protocol/errors';
import { seededRandom } from './seeded-random';

export interface SplitSizes {
  heldOutPairs: number;
  heldOutPrompts: number;
  /** 0 = all that are left. */
  trainPairs: number;
  seed: number;
  /** Share of all prompts that is held out, about half of it as pairs and half as prompts. */
  heldOutShare: number;
  /** Keep half of the training prompts for a referee reward model: no other stage of the run trains on them. */
  refereeHalf: boolean;
}

/** Positions in the list of keys. */
export interface DatasetSplit {
  train: number[];
  /** Empty without `refereeHalf`; capped like `train`. */
  referee: number[];
  heldOutPairs: number[];
  /** One item a prompt. */
  heldOutPrompts: number[];
  /** One item a prompt, of training prompts that are not trained on: fresh prompts for the rounds. Empty when training takes all. */
  roundPrompts: number[];
}

type Part = 'train' | 'referee' | 'heldOutPairs' | 'heldOutPrompts';

interface PromptGroup {
  key: string;
  rank: number;
  heldOut: boolean;
  items: number[];
}

/** Splits the items of a preference dataset. @throws InputError with the counts when a part that is needed is empty */
export function splitDataset(keys: readonly SplitKey[], sizes: SplitSizes): DatasetSplit {
  const parts = divide(keys, sizes);
  const cap = sizes.trainPairs === 0 ? Infinity : sizes.trainPairs;
  const train = takeItems(parts.train, cap);
  const heldOutPairs = takeItems(parts.heldOutPairs, sizes.heldOutPairs).items;
  const heldOutPrompts = firstOfEach(parts.heldOutPrompts.slice(0, sizes.heldOutPrompts));
  const missing = [
    ...(train.items.length === 0 ? ['nothing to train on'] : []),
    ...(heldOutPairs.length === 0 && sizes.heldOutPairs > 0 ? ['no held-out pair'] : []),
    ...(heldOutPrompts.length === 0 ? ['no held-out prompt'] : []),
  ];
  if (missing.length > 0) throw tooFew(keys, sizes, missing);
  return {
    train: train.items,
    referee: takeItems(parts.referee, cap).items,
    heldOutPairs,
    heldOutPrompts,
    roundPrompts: firstOfEach(parts.train.slice(train.groups)),
  };
}

/** What an SFT dataset trains on: its training part, so that what was held out stays so. @throws InputError when it is empty */
export function splitForSft(keys: readonly SplitKey[], sizes: SplitSizes): number[] {
  const { items } = takeItems(divide(keys, sizes).train, sizes.trainPairs === 0 ? Infinity : sizes.trainPairs);
  if (items.length === 0) throw tooFew(keys, sizes, ['nothing to train on']);
  return items;
}

/** The prompts of each part, in the order in which they are used; a prompt's items in the order of their ids. */
function divide(keys: readonly SplitKey[], sizes: SplitSizes): Record<Part, PromptGroup[]> {
  const groups = new Map<string, PromptGroup>();
  keys.forEach(({ prompt, heldOut }, i) => {
    const group = groups.get(prompt) ?? { key: prompt, rank: 0, heldOut: false, items: [] };
    group.items.push(i);
    group.heldOut ||= heldOut;
    groups.set(prompt, group);
  });
  const parts: Record<Part, PromptGroup[]> = { train: [], referee: [], heldOutPairs: [], heldOutPrompts: [] };
  for (const group of groups.values()) {
    group.rank = seededRandom(sizes.seed, 'split', group.key)();
    group.items.sort((a, b) => compare(keys[a]?.id ?? '', keys[b]?.id ?? ''));
    parts[partOf(group, sizes)].push(group);
  }
  for (const part of Object.values(parts)) part.sort((a, b) => a.rank - b.rank || compare(a.key, b.key));
  return parts;
}

/** 52 bits of the hash are compared with the share; the next two hex digits give a bit each. */
function partOf({ key, heldOut }: PromptGroup, { heldOutShare, refereeHalf }: SplitSizes): Part {
  const fraction = Number.parseInt(key.slice(0, 13), 16) / 2 ** 52;
  const bit = (digit: number) => Number.parseInt(key[digit] ?? '0', 16) % 2 === 1;
  if (heldOut || fraction < heldOutShare) return bit(13) ? 'heldOutPairs' : 'heldOutPrompts';
  return refereeHalf && bit(14) ? 'referee' : 'train';
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Items of the first groups until there are `wanted`; the last group's surplus is used nowhere. */
function takeItems(groups: readonly PromptGroup[], wanted: number): { items: number[]; groups: number } {
  const items: number[] = [];
  let taken = 0;
  while (taken < groups.length && items.length < wanted) {
    for (const item of (groups[taken]?.items ?? []).slice(0, wanted - items.length)) items.push(item);
    taken += 1;
  }
  return { items, groups: taken };
}

function firstOfEach(groups: readonly PromptGroup[]): number[] {
  return groups.flatMap(({ items }) => items.slice(0, 1));
}

function tooFew(keys: readonly SplitKey[], sizes: SplitSizes, missing: string[]): InputError {
  const prompts = new Set(keys.map(({ prompt }) => prompt)).size;
  return new InputError(
    `The data has ${keys.length} usable records with ${prompts} different prompts, and there is ${missing.join(', ')} among them: ` +
      `heldOutShare holds out ${Math.round(100 * sizes.heldOutShare)}% of the prompts by their hash. Add data, or change heldOutShare.`,
  );
}
