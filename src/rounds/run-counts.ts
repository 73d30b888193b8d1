/** How much data each part of a run gets, from the split alone: nothing is read or encoded. */
import { splitDataset, splitForSft } from '../data/split';
import type { DatasetKind, SplitKey } from '../protocol/dataset';
import type { Recipe } from '../protocol/recipe';
import { choosePrompts, firstOfEachPrompt } from './run-data';

export interface RunCounts {
  kind: DatasetKind;
  /** Pairs, or items with single responses. Those that encoding will drop (empty, too long) are still among them. */
  trainPairs: number;
  refereePairs: number;
  heldOutPairs: number;
  heldOutPrompts: number;
  /** Prompts of each round, the first round first. */
  roundPrompts: number[];
}

/** @throws InputError when a part that the run needs is empty, as the run itself would */
export function runCounts(keys: readonly SplitKey[], kind: DatasetKind, recipe: Recipe): RunCounts {
  const none = { refereePairs: 0, heldOutPairs: 0, heldOutPrompts: 0, roundPrompts: [] };
  if (kind === 'sft') return { ...none, kind, trainPairs: splitForSft(keys, recipe).length };
  const split = splitDataset(keys, recipe);
  const trained = firstOfEachPrompt(keys, split.train);
  return {
    kind,
    trainPairs: split.train.length,
    refereePairs: split.referee.length,
    heldOutPairs: split.heldOutPairs.length,
    heldOutPrompts: split.heldOutPrompts.length,
    roundPrompts: Array.from(
      { length: recipe.rounds },
      (_, i) => choosePrompts(split.roundPrompts, trained, recipe, i + 1).prompts.length,
    ),
  };
}
