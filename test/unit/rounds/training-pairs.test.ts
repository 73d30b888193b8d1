/** The very token ids that a stage gets of decided pairs. */
import { describe, expect, it } from 'vitest';
import { memoryDataset } from '../../../src/data/dataset-source';
import {
  noVerdict,
  pairKeyText,
  playgroundRound,
  type PairKey,
  type PairVerdict,
  type VotedPair,
} from '../../../src/protocol/pair-review';
import type { StageSpec } from '../../../src/rounds/stages';
import type { DropReason, SyntheticPair } from '../../../src/protocol/preference';
import { prepareData } from '../../../src/rounds/run-data';
import { syntheticPairFiles } from '../../../src/rounds/synthetic-pairs';
import { trainingPairs } from '../../../src/rounds/training-pairs';
import { artifact } from '../../support/stored-records';
import { tinyPreferences } from '../../support/tiny-preferences';
import { tinyRecipe } from '../../support/tiny-run';
import { openTokenizer } from '../data/golden-tokenizers';

const tokenizer = openTokenizer('test/fixtures/golden/llama-tiny');
const endTokenId = 2;
const dataset = memoryDataset('d', await tinyPreferences(120));
const data = await prepareData(dataset, tinyRecipe, tokenizer, endTokenId);
const context = { recipe: tinyRecipe, tokenizer, endTokenId, data };
const stage = { id: 'round1.train', kind: 'train', round: 1 } as const;

const candidate = (text: string, ended: boolean) => ({ text, ids: tokenizer.encode(text, false), score: 1, ended });
const synthetic = (id: string, dropped: DropReason | null = null): SyntheticPair => ({
  id,
  round: 1,
  prompt: 'p',
  promptIds: [5, 6],
  chosen: candidate(' yes, gladly', true),
  rejected: candidate(' no', false),
  scores: [1, 1],
  dropped,
});
const made = [synthetic('a'), synthetic('b', 'margin'), synthetic('c', 'empty')];
const load = () => Promise.resolve(artifact('score', { files: syntheticPairFiles(made) }));

type Given = [PairKey, Partial<PairVerdict>][];
const decide = (given: Given, voted: VotedPair[] = [], of: StageSpec = stage) =>
  trainingPairs(context, dataset, of, load, {
    verdicts: new Map(
      given.map(([key, change]) => [pairKeyText(key), { ...key, verdict: { ...noVerdict, ...change } }]),
    ),
    voted,
  });
const of = (id: string): PairKey => ({ round: 1, id });
const originalId = data.trainPairs[0]?.id ?? '';
const yes = [...tokenizer.encode(' yes, gladly', false), endTokenId];
const no = tokenizer.encode(' no', false);

describe('without decisions', () => {
  it('original pairs and the kept synthetic ones are trained on, and there is no hash', async () => {
    const { original, synthetic: used, hash, notes, files } = await decide([]);
    expect(original).toEqual(data.trainPairs);
    expect(used).toEqual([{ id: 'a', promptIds: [5, 6], chosenIds: yes, rejectedIds: no }]);
    expect([hash, notes, files]).toEqual([null, [], {}]);
  });
});

describe('a decision', () => {
  it('flips, leaves out, and takes in what a filter dropped', async () => {
    const flipped = await decide([[of('a'), { decision: 'flip' }]]);
    expect(flipped.synthetic).toEqual([{ id: 'a', promptIds: [5, 6], chosenIds: no, rejectedIds: yes }]);
    for (const decision of ['tie', 'drop'] as const) {
      expect((await decide([[of('a'), { decision }]])).synthetic).toEqual([]);
    }
    const taken = await decide([[of('b'), { decision: 'keep' }]]);
    expect(taken.synthetic.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(taken.notes).toEqual(['1 pair changed by review: 1 taken in']);
  });

  it('counts for the pair of its own source alone', async () => {
    const elsewhere = await decide([
      [{ round: 2, id: 'a' }, { decision: 'drop' }],
      [{ round: 0, id: 'a' }, { decision: 'drop' }],
    ]);
    expect(elsewhere.hash).toBeNull();
  });

  it('cannot make a pair of nothing, and says so', async () => {
    const { synthetic: used, notes } = await decide([[of('c'), { decision: 'keep' }]]);
    expect(used.map(({ id }) => id)).toEqual(['a']);
    expect(notes).toEqual(['1 reviewed pair cannot be trained on: empty']);
  });

  it('has another hash when it is another, and the same when it is the same', async () => {
    const hash = async (given: Given) => (await decide(given)).hash;
    const flip = await hash([[of('a'), { decision: 'flip' }]]);
    expect(await hash([[of('a'), { decision: 'flip', flagged: true }]])).toBe(flip);
    expect(await hash([[of('a'), { decision: 'tie' }]])).not.toBe(flip);
  });
});

describe('an edit', () => {
  it('is tokenised with the end token; a side that was not touched keeps its sampled tokens', async () => {
    const edited = { chosen: ' of course', rejected: ' no' };
    const { synthetic: used } = await decide([[of('a'), { decision: 'keep', edited }]]);
    const written = [...tokenizer.encode(' of course', false), endTokenId];
    expect(used).toEqual([{ id: 'a', promptIds: [5, 6], chosenIds: written, rejectedIds: no }]);
    const flipped = await decide([[of('a'), { decision: 'flip', edited }]]);
    expect(flipped.synthetic[0]).toMatchObject({ chosenIds: no, rejectedIds: written });
  });

  it('of an original pair is encoded like the dataset', async () => {
    const edited = { chosen: ' of course', rejected: ' never' };
    const { original } = await decide([
      [
        { round: 0, id: originalId },
        { decision: 'keep', edited },
      ],
    ]);
    const pair = original.find(({ id }) => id === originalId);
    expect(pair?.promptIds).toEqual(data.trainPairs[0]?.promptIds);
    expect(pair?.chosenIds).toEqual([...tokenizer.encode(' of course', false), endTokenId]);
    expect(original.length).toBe(data.trainPairs.length);
  });

  it('that is too long leaves the pair out, with the reason', async () => {
    const edited = { chosen: ' yes'.repeat(200), rejected: ' no' };
    const { synthetic: used, notes } = await decide([[of('a'), { decision: 'keep', edited }]]);
    expect(used).toEqual([]);
    expect(notes.join()).toContain('too-long');
  });
});

describe('a pair that was voted in the playground', () => {
  const voted = (content: string): VotedPair => ({
    id: `v ${content}`,
    prompt: [{ role: 'user', content }],
    chosen: ' yes, gladly',
    rejected: ' never',
    chosenModel: 'sft',
    rejectedModel: 'dpo_round1',
  });
  const mine = voted('Is this trained on?');
  const key = { round: playgroundRound, id: mine.id };
  const never = [...tokenizer.encode(' never', false), endTokenId];
  const ofKind = (kind: 'sft' | 'reward'): StageSpec => ({ id: kind, kind, round: 0 });

  it("is encoded in the run's prompt format, for DPO and the reward model, not for SFT", async () => {
    const { voted: used, hash, notes, files } = await decide([], [mine]);
    const promptIds = tokenizer.encode('\n\nHuman: Is this trained on?\n\nAssistant:', true);
    expect(used).toEqual([{ id: mine.id, promptIds, chosenIds: yes, rejectedIds: never }]);
    expect(hash).not.toBeNull();
    expect(notes).toEqual(['1 pair changed by review: 1 from the playground']);
    expect(Object.keys(files)).toEqual(['pair_reviews.json']);
    expect((await decide([], [mine], ofKind('reward'))).voted).toEqual(used);
    const sft = await decide([], [mine], ofKind('sft'));
    expect([sft.voted, sft.hash]).toEqual([[], null]);
  });

  it('follows what is decided about it later', async () => {
    const flipped = await decide([[key, { decision: 'flip' }]], [mine]);
    expect(flipped.voted).toMatchObject([{ chosenIds: never, rejectedIds: yes }]);
    for (const decision of ['tie', 'drop'] as const) {
      const left = await decide([[key, { decision }]], [mine]);
      expect([left.voted, left.hash]).toEqual([[], null]);
    }
    const edited = { chosen: ' of course', rejected: ' never' };
    const written = await decide([[key, { decision: 'keep', edited }]], [mine]);
    expect(written.voted[0]?.chosenIds).toEqual([...tokenizer.encode(' of course', false), endTokenId]);
  });

  it('stays out when its prompt is held out for evaluation, with a note', async () => {
    const [heldOut] = data.heldOutPrompts;
    const content = /Human: (.*)\n\nAssistant:$/s.exec(heldOut?.text ?? '')?.[1] ?? '';
    const { voted: used, hash, notes } = await decide([], [voted(content)]);
    expect([used, hash]).toEqual([[], null]);
    expect(notes).toEqual(['pairs from the playground left out, because their prompts are held out for evaluation: 1']);
  });

  it('that is too long is named', async () => {
    const { voted: used, notes } = await decide([], [{ ...mine, chosen: ' yes'.repeat(200) }]);
    expect(used).toEqual([]);
    expect(notes.join()).toContain('too-long');
  });
});
