/**
 * The data of a run: what is trained on, what is held out, and which prompts each round gets. Held-out prompts never
 * reach training or the rounds. Splitting and encoding themselves are in src/data.
 */
import type { DatasetSource } from '../data/dataset-source';
import { encodePairs, encodePrompt, type EncodedPairs, type EncodeOptions } from '../data/encode';
import { encodeSft } from '../data/encode-sft';
import { splitDataset, splitForSft } from '../data/split';
import type { TextTokenizer } from '../data/tokenizer';
import type { DatasetItem, SplitKey } from '../protocol/dataset';
import { InputError } from '../protocol/errors';
import type { EncodedPair, PreferencePair } from '../protocol/preference';
import { ofRound, type Recipe } from '../protocol/recipe';

/** A prompt ready for generation; `text` is exactly what was tokenised. */
export interface RunPrompt {
  id: string;
  text: string;
  ids: number[];
}

export interface RunData {
  /** What SFT learns: the chosen responses of the training pairs, or the items of an SFT dataset. */
  sftExamples: { promptIds: number[]; responseIds: number[] }[];
  /** Empty for an SFT dataset, as all that follows. */
  trainPairs: EncodedPair[];
  /** The referee's half of the training pairs, which no other stage trains on; empty unless the recipe asks for it. */
  refereePairs: EncodedPair[];
  heldOutPairs: EncodedPair[];
  heldOutPrompts: RunPrompt[];
  /** Remarks on what was left out of training, for the SFT and reward stages. */
  trainNotes: string[];
  /** The same for the referee's stage. */
  refereeNotes: string[];
  heldOutNotes: string[];
  /** The prompts of round `round` (from 1): fresh ones, then training prompts when none are left. */
  promptsOfRound(round: number): { prompts: RunPrompt[]; notes: string[] };
}

/**
 * Splits by the dataset's keys, and reads and encodes only what the run uses, some hundred items at a time.
 * @throws InputError when nothing usable is left for training or evaluation
 */
export async function prepareData(
  dataset: DatasetSource,
  recipe: Recipe,
  tokenizer: TextTokenizer,
  endTokenId: number,
): Promise<RunData> {
  const { maxLength, promptFormat } = recipe;
  const options = { maxLength, promptFormat, endTokenId };
  if (dataset.kind === 'sft') return prepareSft(dataset, recipe, tokenizer, options);
  const split = splitDataset(await dataset.keys(), recipe);
  const encode = (positions: number[]) => encodeItems(dataset, positions, tokenizer, options);
  const train = await encode(split.train);
  const referee = await encode(split.referee);
  const heldOut = await encode(split.heldOutPairs);
  requireSome(train.encoded, 'training', split.train.length, train.dropped);
  if (recipe.refereeHalf) requireSome(referee.encoded, 'the referee', split.referee.length, referee.dropped);
  const promptOptions = { ...options, maxPromptLength: maxLength - recipe.maxNewTokens };
  const readPrompts = (positions: number[]) => encodePrompts(dataset, positions, tokenizer, promptOptions);
  const rounds = await promptsOfRounds(dataset, split, recipe);
  const roundPrompts = new Map((await readPrompts(rounds.positions)).map((prompt, i) => [rounds.positions[i], prompt]));
  return {
    sftExamples: train.encoded.map(({ promptIds, chosenIds }) => ({ promptIds, responseIds: chosenIds })),
    trainPairs: train.encoded,
    refereePairs: referee.encoded,
    heldOutPairs: heldOut.encoded,
    heldOutPrompts: await readPrompts(split.heldOutPrompts),
    trainNotes: [...keptNotes(referee.encoded.length), ...encodingNotes('training pairs', split.train.length, train)],
    refereeNotes: encodingNotes('referee pairs', split.referee.length, referee),
    heldOutNotes: [
      ...shortageNotes('held-out pairs', split.heldOutPairs.length, recipe.heldOutPairs),
      ...shortageNotes('held-out prompts', split.heldOutPrompts.length, recipe.heldOutPrompts),
      ...encodingNotes('held-out pairs', split.heldOutPairs.length, heldOut),
    ],
    promptsOfRound: (round) => {
      const { prompts, notes } = rounds.choose(round);
      return { prompts: prompts.map((position) => roundPrompts.get(position) as RunPrompt), notes };
    },
  };
}

/** An SFT dataset trains on its training part; nothing is evaluated. */
async function prepareSft(
  dataset: DatasetSource,
  recipe: Recipe,
  tokenizer: TextTokenizer,
  options: EncodeOptions,
): Promise<RunData> {
  const positions = splitForSft(await dataset.keys(), recipe);
  const { examples, dropped, cut } = await encodeSft(dataset, positions, tokenizer, options);
  requireSome(examples, 'training', positions.length, dropped);
  const left = positions.length - examples.length;
  return {
    sftExamples: examples,
    trainPairs: [],
    refereePairs: [],
    heldOutPairs: [],
    heldOutPrompts: [],
    trainNotes: [
      ...(left > 0 ? [`${left} of ${positions.length} texts were left out: ${reasons(dropped)}`] : []),
      ...(cut > 0 ? [`${cut} texts were cut to ${options.maxLength} tokens`] : []),
    ],
    refereeNotes: [],
    heldOutNotes: [],
    promptsOfRound: () => ({ prompts: [], notes: [] }),
  };
}

/** Encoded in the order of `positions`, without keeping the texts. */
async function encodeItems(
  dataset: DatasetSource,
  positions: number[],
  tokenizer: TextTokenizer,
  options: EncodeOptions,
): Promise<Omit<EncodedPairs, 'promptTexts'>> {
  const encoded: EncodedPair[][] = Array.from({ length: positions.length });
  const dropped: Record<string, number> = {};
  let cut = 0;
  await dataset.read(positions, (item, index) => {
    const one = encodePairs([asPair(item)], tokenizer, options);
    encoded[index] = one.encoded;
    cut += one.cut;
    for (const [reason, count] of Object.entries(one.dropped)) dropped[reason] = (dropped[reason] ?? 0) + count;
  });
  return { encoded: encoded.flat(), dropped, cut };
}

async function encodePrompts(
  dataset: DatasetSource,
  positions: number[],
  tokenizer: TextTokenizer,
  options: EncodeOptions & { maxPromptLength: number },
): Promise<RunPrompt[]> {
  const prompts: RunPrompt[] = Array.from({ length: positions.length });
  await dataset.read(positions, (item, index) => {
    const { ids, text } = encodePrompt(item.prompt, tokenizer, options);
    prompts[index] = { id: item.id, text, ids };
  });
  return prompts;
}

function asPair(item: DatasetItem): PreferencePair {
  if ('response' in item) throw new Error('internal: a preference dataset holds an item without a rejected response');
  return item;
}

/** Which items the rounds take their prompts from, all of them together and by round. */
async function promptsOfRounds(
  dataset: DatasetSource,
  { train, roundPrompts }: { train: number[]; roundPrompts: number[] },
  recipe: Recipe,
): Promise<{ positions: number[]; choose: (round: number) => { prompts: number[]; notes: string[] } }> {
  const trained = firstOfEachPrompt(await dataset.keys(), train);
  const choose = (round: number) => choosePrompts(roundPrompts, trained, recipe, round);
  const all = Array.from({ length: recipe.rounds }, (_, i) => choose(i + 1).prompts);
  return { positions: [...new Set(all.flat())], choose };
}

/** Of the items at `positions` the first one with each prompt. */
export function firstOfEachPrompt(keys: readonly SplitKey[], positions: readonly number[]): number[] {
  const byPrompt = new Map<string, number>();
  for (const position of positions) {
    const prompt = keys[position]?.prompt ?? '';
    if (!byPrompt.has(prompt)) byPrompt.set(prompt, position);
  }
  return [...byPrompt.values()];
}

/** Prompts [start, start + count) of the fresh ones; past their end, training prompts in turn, none twice in a round. */
export function choosePrompts<T>(
  fresh: readonly T[],
  trained: readonly T[],
  recipe: Pick<Recipe, 'promptsPerRound'>,
  round: number,
): { prompts: T[]; notes: string[] } {
  const wanted = ofRound(recipe.promptsPerRound, round);
  let start = 0;
  for (let earlier = 1; earlier < round; earlier++) start += ofRound(recipe.promptsPerRound, earlier);
  const own = fresh.slice(start, start + wanted);
  const reusedStart = Math.max(0, start - fresh.length);
  const reusedCount = Math.min(wanted - own.length, trained.length);
  const reused = Array.from({ length: reusedCount }, (_, i) => trained[(reusedStart + i) % trained.length] as T);
  const prompts = [...own, ...reused];
  const notes: string[] = [];
  if (reusedCount > 0)
    notes.push(`only ${own.length} fresh prompts were left; ${reusedCount} are prompts of the training pairs`);
  if (prompts.length < wanted) notes.push(`${prompts.length} prompts instead of ${wanted}: the dataset has no more`);
  return { prompts, notes };
}

function keptNotes(pairs: number): string[] {
  return pairs === 0 ? [] : [`${pairs} pairs are kept for a referee reward model: no other stage trains on them`];
}

function shortageNotes(what: string, found: number, wanted: number): string[] {
  if (found >= wanted) return [];
  return [`${found} ${what} instead of ${wanted}: the hash holds out no more of this dataset (see heldOutShare)`];
}

function encodingNotes(
  what: string,
  total: number,
  { encoded, dropped, cut }: Omit<EncodedPairs, 'promptTexts'>,
): string[] {
  const notes: string[] = [];
  if (encoded.length < total)
    notes.push(`${total - encoded.length} of ${total} ${what} were left out: ${reasons(dropped)}`);
  if (cut > 0) notes.push(`${cut} prompts of ${what} were cut on the left to fit`);
  return notes;
}

function reasons(dropped: Record<string, number>): string {
  const parts = Object.entries(dropped).filter(([, count]) => count > 0);
  return parts.map(([reason, count]) => `${count} ${reason}`).join(', ') || 'no reason given';
}

function requireSome(pairs: readonly unknown[], what: string, total: number, dropped: Record<string, number>): void {
  if (pairs.length > 0) return;
  const why =
    total === 0 ? 'none are left after the held-out split' : `all ${total} were left out (${reasons(dropped)})`;
  throw new InputError(
    `The dataset has nothing for ${what}: ${why}. Choose a larger dataset, a smaller held-out split, or a larger maxLength.`,
  );
}
