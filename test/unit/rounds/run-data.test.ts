/** What a run gets of its dataset: parts that do not meet, only the texts it uses, and honest notes on what is missing. */
import { describe, expect, it } from 'vitest';
import { memoryDataset, type DatasetSource } from '../../../src/data/dataset-source';
import { promptKey } from '../../../src/data/split-key';
import { InputError } from '../../../src/protocol/errors';
import type { SftItem } from '../../../src/protocol/dataset';
import type { Recipe } from '../../../src/protocol/recipe';
import { checkKind } from '../../../src/rounds/open-run';
import { prepareData } from '../../../src/rounds/run-data';
import { stagesOf } from '../../../src/rounds/stages';
import { tinyPreferences } from '../../support/tiny-preferences';
import { tinyRecipe } from '../../support/tiny-run';
import { openTokenizer } from '../data/golden-tokenizers';

const tokenizer = openTokenizer('test/fixtures/golden/llama-tiny');
const endTokenId = 2;
const recipe: Recipe = { ...tinyRecipe, heldOutPairs: 10, heldOutPrompts: 8, promptsPerRound: [6, 5] };
const pairs = await tinyPreferences(200);

/** A dataset that notes which items were read. */
function watched(source: DatasetSource): DatasetSource & { read: DatasetSource['read']; seen: Set<number> } {
  const seen = new Set<number>();
  return {
    ...source,
    seen,
    read: (positions, visit) => {
      for (const position of positions) seen.add(position);
      return source.read(positions, visit);
    },
  };
}

const prepare = (source: DatasetSource, changes: Partial<Recipe> = {}) =>
  prepareData(source, { ...recipe, ...changes }, tokenizer, endTokenId);

describe('preference data', () => {
  it('gives the recipe its counts, without a prompt in two parts, and reads no other texts', async () => {
    const source = watched(memoryDataset('d', pairs));
    const data = await prepare(source);
    expect([data.trainPairs.length, data.heldOutPairs.length, data.heldOutPrompts.length]).toEqual([24, 10, 8]);
    expect(data.heldOutNotes).toEqual([]);
    const rounds = [1, 2].map((round) => data.promptsOfRound(round).prompts);
    expect(rounds.map(({ length }) => length)).toEqual([6, 5]);
    const ids = [data.trainPairs, data.heldOutPairs, data.heldOutPrompts, ...rounds].flatMap((part) =>
      part.map(({ id }) => id),
    );
    expect(new Set(ids).size).toBe(24 + 10 + 8 + 6 + 5);
    expect(source.seen.size).toBe(ids.length);
    expect(data.sftExamples[0]).toEqual({
      promptIds: data.trainPairs[0]?.promptIds,
      responseIds: data.trainPairs[0]?.chosenIds,
    });
    const text = pairs.find(({ id }) => id === rounds[0]?.[0]?.id)?.prompt;
    expect(rounds[0]?.[0]?.text).toBe(text);
  });

  it('keeps the referee’s half out of everything when the recipe asks for it', async () => {
    const source = memoryDataset('d', pairs);
    const all = { trainPairs: 0, promptsPerRound: [100] };
    const data = await prepare(source, { ...all, refereeHalf: true });
    const referee = new Set(data.refereePairs.map(({ id }) => id));
    expect(referee.size).toBeGreaterThan(40);
    expect(data.trainNotes[0]).toMatch(/pairs are kept for a referee reward model/);
    const used = [data.trainPairs, data.heldOutPairs, data.heldOutPrompts, data.promptsOfRound(1).prompts];
    expect(used.flat().filter(({ id }) => referee.has(id))).toEqual([]);
    const without = await prepare(source, all);
    expect(without.refereePairs).toEqual([]);
    expect(without.trainPairs.length).toBe(data.trainPairs.length + referee.size);
  });

  it('notes what the hash does not hold out, and refuses when nothing is held out or left', async () => {
    const data = await prepare(memoryDataset('d', pairs), { heldOutPairs: 100, heldOutPrompts: 8 });
    expect(data.heldOutPairs.length).toBeLessThan(40);
    expect(data.heldOutNotes[0]).toMatch(/^\d+ held-out pairs instead of 100.*heldOutShare/);
    await expect(prepare(memoryDataset('d', pairs), { heldOutShare: 0 })).rejects.toThrow(InputError);
    await expect(prepare(memoryDataset('d', []))).rejects.toThrow(/0 usable records/);
  });
});

describe('single responses', () => {
  const items: SftItem[] = Array.from({ length: 60 }, (_, i) => ({
    id: `s${i}`,
    prompt: i % 2 === 0 ? `\n\nHuman: how do i make tea ${i}?\n\nAssistant:` : '',
    response: i === 7 ? 'tea '.repeat(300) : ` sure, i can help ${i}`,
  }));
  const source: DatasetSource = {
    id: 's',
    kind: 'sft',
    keys: () =>
      Promise.all(
        items.map(async ({ id, prompt, response }) => ({
          id,
          prompt: await promptKey(prompt || response),
          heldOut: false,
        })),
      ),
    read: (positions, visit) => Promise.resolve(positions.forEach((position, index) => visit(items[position]!, index))),
  };

  it('become examples: after their prompt, or after a begin token and cut at the maximal length', async () => {
    const data = await prepare(source, { trainPairs: 0, heldOutShare: 0 });
    expect(data.sftExamples).toHaveLength(60);
    expect([data.trainPairs, data.heldOutPairs, data.heldOutPrompts]).toEqual([[], [], []]);
    expect(data.trainNotes).toEqual([`1 texts were cut to ${recipe.maxLength} tokens`]);
    const lengths = data.sftExamples.map(({ promptIds, responseIds }) => promptIds.length + responseIds.length);
    expect(Math.max(...lengths)).toBe(recipe.maxLength);
    expect(Math.min(...data.sftExamples.map(({ promptIds }) => promptIds.length))).toBe(1);
  });

  it('hold out the same share as preference data would', async () => {
    const data = await prepare(source, { trainPairs: 0 });
    expect(data.sftExamples.length).toBeLessThan(60);
    expect(data.sftExamples.length).toBeGreaterThan(30);
  });

  it('train SFT alone: other stages are refused, not skipped in silence', () => {
    expect(stagesOf({ ...recipe, rounds: 0 }, 'sft').map(({ id }) => id)).toEqual(['sft']);
    expect(() => checkKind('sft', { rounds: 2, sftEpochs: 1 }, false)).toThrow(/single responses.*"rounds" to 0/);
    expect(() => checkKind('sft', { rounds: 0, sftEpochs: 1 }, true)).toThrow(/adapter takes the place of SFT/);
    expect(() => checkKind('sft', { rounds: 0, sftEpochs: 1 }, false)).not.toThrow();
    expect(() => checkKind('preference', { rounds: 2, sftEpochs: 1 }, true)).not.toThrow();
    expect(() => checkKind('preference', { rounds: 2, sftEpochs: 0 }, false)).not.toThrow();
    expect(() => checkKind('sft', { rounds: 0, sftEpochs: 0 }, false)).toThrow(/leaves SFT out.*"sftEpochs" to 1/);
  });
});
