/** What a person decided about pairs reaches training: a tiny run on Dawn, whose DPO stage is made again with decisions. */
import { beforeAll, expect, it } from 'vitest';
import { readItems } from '../../../src/data/dataset-source';
import { splitDataset } from '../../../src/data/split';
import { openDevice } from '../../../src/gpu/device';
import { startBackend, type Backend } from '../../../src/ops/backend';
import {
  noVerdict,
  pairKeyText,
  type PairKey,
  type PairVerdict,
  type VotedPair,
} from '../../../src/protocol/pair-review';
import { parseJsonFile } from '../../../src/rounds/canonical-json';
import { runPipeline } from '../../../src/rounds/pipeline';
import { readSyntheticPairs } from '../../../src/rounds/synthetic-pairs';
import type { RunReviews } from '../../../src/rounds/training-pairs';
import { openDawn } from '../../support/dawn';
import { memoryStore, notedHooks, type MemoryStore, type NotedHooks } from '../../support/memory-pipeline';
import { describeWith } from '../../support/needs';
import { tinyRecipe, tinySources } from '../../support/tiny-run';

const recipe = { ...tinyRecipe, rounds: 1 };
const never = new Promise<never>(() => {});

/** Decisions, and what the run's finished stages were made from. */
function reviews(
  verdicts: [PairKey, Partial<PairVerdict>][],
  before?: NotedHooks,
  voted: readonly VotedPair[] = [],
): RunReviews {
  const standing = verdicts.map(
    ([key, change]) => [pairKeyText(key), { ...key, verdict: { ...noVerdict, ...change } }] as const,
  );
  return {
    standing: () => Promise.resolve({ verdicts: new Map(standing), voted }),
    recorded: (stageId) => before?.artifacts.get(stageId)?.artifact.inputs,
  };
}

describeWith(['lavapipe'], 'decisions about pairs', () => {
  const store = memoryStore();
  let backend: Backend;
  let first: NotedHooks;
  /** Of round 1, as the run made them; and the first two original pairs that it trains on. */
  let synthetic: ReturnType<typeof readSyntheticPairs>;
  let original: string[];

  const run = async (decided?: RunReviews, own: MemoryStore = store): Promise<NotedHooks> => {
    const hooks = notedHooks();
    const sources = await tinySources();
    const changes = decided && { reviews: decided };
    await runPipeline({ ...sources, ...changes, lost: never, recipe, backend, store: own, hooks });
    return hooks;
  };
  const artifactOf = (hooks: NotedHooks, stage: string) => {
    const noted = hooks.artifacts.get(stage);
    if (!noted) throw new Error(`${stage} has not run`);
    return noted;
  };
  const computed = (hooks: NotedHooks) =>
    [...hooks.artifacts].filter(([, { skipped }]) => !skipped).map(([stage]) => stage);

  beforeAll(async () => {
    backend = await startBackend(await openDevice(openDawn('lavapipe')));
    first = await run();
    synthetic = readSyntheticPairs(artifactOf(first, 'round1.score').artifact.files);
    const { dataset } = await tinySources();
    const { train } = splitDataset(await dataset.keys(), recipe);
    original = (await readItems(dataset, train.slice(0, 2))).map(({ id }) => id);
  });

  const syntheticKey = (index: number): PairKey => ({ round: 1, id: synthetic[index]?.id ?? '' });
  const kept = () => synthetic.filter(({ dropped }) => dropped === null).length;

  it('leave every key as it was when there are none, or they change nothing', async () => {
    expect(computed(await run(reviews([])))).toEqual([]);
    const keptIndex = synthetic.findIndex(({ dropped }) => dropped === null);
    const nothing = reviews([
      [syntheticKey(keptIndex), { decision: 'keep', flagged: true }],
      [{ round: 1, id: 'of a pair that is gone' }, { decision: 'drop' }],
    ]);
    expect(computed(await run(nothing, store))).toEqual([]);
  });

  it('train again with the decided pairs: flipped, edited, left out, and the record of it beside the adapter', async () => {
    const keptIndices = synthetic.flatMap(({ dropped }, i) => (dropped === null ? [i] : []));
    const [flip = -1, drop = -1] = keptIndices;
    expect(keptIndices.length).toBeGreaterThan(1);
    const edited = { chosen: ' gladly, let me help you', rejected: ' no' };
    // Finished stages before DPO keep what they were trained with: only the recorded ones, round1.train is not among them.
    const before = { ...first, artifacts: new Map([...first.artifacts].filter(([id]) => id !== 'round1.train')) };
    const decided = reviews(
      [
        [syntheticKey(flip), { decision: 'flip' }],
        [syntheticKey(drop), { decision: 'drop' }],
        [{ round: 0, id: original[0] ?? '' }, { decision: 'tie' }],
        [
          { round: 0, id: original[1] ?? '' },
          { decision: 'keep', edited },
        ],
      ],
      before,
    );
    const hooks = await run(decided);
    expect(computed(hooks)).toEqual(['round1.train', 'round1.evaluate']);
    const { artifact } = artifactOf(hooks, 'round1.train');
    const { artifact: unreviewed } = artifactOf(first, 'round1.train');
    expect(artifact.summary).toMatchObject({
      original_pairs: (unreviewed.summary['original_pairs'] ?? 0) - 1,
      synthetic_pairs: kept() - 1,
      reviewed_pairs: 4,
    });
    expect(artifact.notes).toContain('4 pairs changed by review: 1 flipped, 1 edited, 2 left out');
    expect(artifact.inputs['reviews']).toMatch(/^[0-9a-f]{64}$/);
    const record = parseJsonFile(artifact.files['pair_reviews.json'] ?? new Uint8Array()) as {
      id: string;
      used: boolean;
    }[];
    expect(new Map(record.map(({ id, used }) => [id, used]))).toEqual(
      new Map([
        [original[0], false],
        [original[1], true],
        [synthetic[flip]?.id, true],
        [synthetic[drop]?.id, false],
      ]),
    );
    expect(artifact.files['adapter_model.safetensors']).not.toEqual(unreviewed.files['adapter_model.safetensors']);
  });

  it('train on the pair that a vote in the playground made', async () => {
    const before = { ...first, artifacts: new Map([...first.artifacts].filter(([id]) => id !== 'round1.train')) };
    const voted = {
      id: 'v',
      prompt: [{ role: 'user' as const, content: 'a question that no dataset has' }],
      chosen: ' yes, gladly',
      rejected: ' no',
      chosenModel: 'sft',
      rejectedModel: 'dpo_round1',
    };
    const hooks = await run(reviews([], before, [voted]));
    expect(computed(hooks)).toEqual(['round1.train', 'round1.evaluate']);
    const { artifact } = artifactOf(hooks, 'round1.train');
    expect(artifact.summary).toMatchObject({ playground_pairs: 1, synthetic_pairs: kept() });
    expect(artifact.notes).toContain('1 pair changed by review: 1 from the playground');
    const { artifact: without } = artifactOf(first, 'round1.train');
    expect(artifact.files['adapter_model.safetensors']).not.toEqual(without.files['adapter_model.safetensors']);
  });

  it('come too late for a stage that has finished, and reach it when its result is gone', async () => {
    const late = reviews(
      [
        [syntheticKey(0), { decision: 'tie' }],
        [syntheticKey(1), { decision: 'tie' }],
      ],
      first,
    );
    expect(computed(await run(late))).toEqual([]);
    const own = memoryStore();
    for (const [stage, { artifact }] of first.artifacts) if (stage !== 'round1.train') await own.put(artifact);
    const hooks = await run(late, own);
    expect(computed(hooks)[0]).toBe('round1.train');
    const left = synthetic.slice(0, 2).filter(({ dropped }) => dropped === null).length;
    expect(artifactOf(hooks, 'round1.train').artifact.summary['synthetic_pairs']).toBe(kept() - left);
  });

  it('reach SFT and the reward model where these have not been trained', async () => {
    const decided = reviews([[{ round: 0, id: original[0] ?? '' }, { decision: 'drop' }]]);
    const hooks = await run(decided, memoryStore());
    const [sft, reward] = ['sft', 'reward'].map((stage) => artifactOf(hooks, stage).artifact.summary);
    expect(sft?.['examples']).toBe((artifactOf(first, 'sft').artifact.summary['examples'] ?? 0) - 1);
    expect(reward?.['pairs']).toBe((artifactOf(first, 'reward').artifact.summary['pairs'] ?? 0) - 1);
  });
});
