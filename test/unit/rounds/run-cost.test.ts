/** What a run will compute: the steps its stages plan, and every pass they make. */
import { describe, expect, it } from 'vitest';
import { memoryDataset } from '../../../src/data/dataset-source';
import { forwardOperations } from '../../../src/model/operations';
import type { MeanTokens, RunCost } from '../../../src/protocol/run-cost';
import { recipePresets, type Recipe } from '../../../src/protocol/recipe';
import { costWork, pairGroups, readReward } from '../../../src/rounds/cost-work';
import { runCost } from '../../../src/rounds/run-cost';
import { runCounts, type RunCounts } from '../../../src/rounds/run-counts';
import { prepareData } from '../../../src/rounds/run-data';
import { dpoSettings, rewardSettings, sftSettings } from '../../../src/rounds/settings';
import { stagesOf } from '../../../src/rounds/stages';
import { planSteps } from '../../../src/training/schedule';
import { lengths as originLengths, origin, originStages } from '../../bench/roofline/stages';
import { tinyLlama } from '../../support/tiny-llama';
import { tinyPreferences } from '../../support/tiny-preferences';
import { tinyRecipe } from '../../support/tiny-run';
import { openTokenizer } from '../data/golden-tokenizers';

const lengths: MeanTokens = { prompt: 120, chosen: 40, rejected: 50, from: 'tokens' };
const counts: RunCounts = {
  ...{ kind: 'preference', trainPairs: 3000, refereePairs: 0, heldOutPairs: 200, heldOutPrompts: 100 },
  roundPrompts: [1000, 500, 500],
};
const studio: Recipe = { ...recipePresets.studio, rounds: 3, memoryBudgetGb: 16 };

function costOf(changes: Partial<Recipe> = {}, more: Partial<RunCounts> = {}, importedAdapter = false) {
  const recipe = { ...studio, ...changes };
  return runCost({ config: tinyLlama, recipe, counts: { ...counts, ...more }, lengths, importedAdapter });
}
const stage = ({ stages }: Pick<RunCost, 'stages'>, id: string) => stages.find((found) => found.id === id)!;
const passes = (cost: Pick<RunCost, 'stages'>, id: string) => stage(cost, id).operations.passes;
const steps = (cost: Pick<RunCost, 'stages'>, id: string) => stage(cost, id).steps;

describe('steps', () => {
  // Pairs of rounds 1 to 3: 3,000 original ones, and one for each prompt of the rounds that the mix names.
  const mixes: [Recipe['dpoMix'], number[]][] = [
    ['accumulate', [4000, 4500, 5000]],
    ['latest', [4000, 3500, 3500]],
    ['synthetic', [1000, 500, 500]],
  ];
  it.each(mixes)('are those that the trainers plan, round by round, with the mix %s', (dpoMix, pairs) => {
    const recipe: Recipe = { ...studio, dpoMix, dpoEpochs: [3, 2], batchSize: 48, sftEpochs: 2, rewardEpochs: 3 };
    const cost = costOf(recipe);
    expect(steps(cost, 'sft')).toBe(planSteps(3000, sftSettings(recipe)).length);
    expect(steps(cost, 'reward')).toBe(planSteps(3000, rewardSettings(recipe)).length);
    pairs.forEach((count, i) => {
      const planned = planSteps(count, dpoSettings(recipe, i + 1)).length;
      expect(steps(cost, `round${i + 1}.train`)).toBe(planned);
    });
  });

  it('belong to the stages that run, referee and imported adapter included', () => {
    const cost = costOf({ refereeHalf: true }, { refereePairs: 1500 }, true);
    expect(cost.stages.map(({ id }) => id)).toEqual(stagesOf({ ...studio, refereeHalf: true }).map(({ id }) => id));
    expect([steps(cost, 'sft'), passes(cost, 'sft')]).toEqual([0, 0]);
    expect(steps(cost, 'referee')).toBe(Math.ceil(1500 / studio.batchSize));
    const single = runCost({
      ...{ config: tinyLlama, recipe: { ...studio, rounds: 0 }, lengths: { ...lengths, rejected: 0 } },
      ...{ counts: { ...counts, kind: 'sft', roundPrompts: [] }, importedAdapter: false },
    });
    expect(single.stages.map(({ id }) => id)).toEqual(['sft']);
  });
});

describe('training', () => {
  it('costs twice as much for twice as many pairs or epochs', () => {
    const once = costOf({ dpoMix: 'synthetic' });
    const twice = costOf(
      { dpoMix: 'synthetic' },
      { trainPairs: 6000, heldOutPairs: 400, roundPrompts: [2000, 1000, 1000] },
    );
    for (const id of ['sft', 'reward', 'round1.train', 'round2.train', 'round3.train'])
      expect([id, passes(twice, id) / passes(once, id)]).toEqual([id, expect.closeTo(2, 9)]);
    expect(passes(costOf({ sftEpochs: 2 }), 'sft') / passes(costOf(), 'sft')).toBeCloseTo(2, 9);
  });

  it('reads every pair once under the reference, and once under SFT where that is another model', () => {
    const work = costWork(tinyLlama, studio, lengths);
    const read = (what: 'original' | 'synthetic') =>
      pairGroups(work, what).reduce((sum, group) => sum + forwardOperations(work.of, group), 0);
    const previous = costOf();
    const sft = costOf({ dpoReference: 'sft' });
    // In round 1 the previous model is SFT.
    expect(passes(previous, 'round1.train')).toBe(passes(sft, 'round1.train'));
    const more = passes(previous, 'round2.train') - passes(sft, 'round2.train');
    expect(more / (3000 * read('original') + 1500 * read('synthetic'))).toBeCloseTo(1, 9);
    // Without any epoch's worth of training left, what remains of two epochs less twice one is the frozen passes.
    const [one, two] = [costOf(), costOf({ dpoEpochs: [2] })];
    const frozen = 2 * passes(one, 'round1.train') - passes(two, 'round1.train');
    expect(frozen / (3000 * read('original') + 1000 * read('synthetic'))).toBeCloseTo(1, 9);
  });

  it('costs more where blocks are recomputed, by what does not fit the budget', () => {
    const [all, some, none] = [{ memoryBudgetGb: 16 }, { memoryBudgetGb: 5 }, { gradientCheckpointing: true }].map(
      (changes) => passes(costOf(changes), 'round1.train'),
    ) as [number, number, number];
    expect(some).toBeGreaterThan(all);
    expect(none).toBeGreaterThan(some);
    expect(none / all).toBeLessThan(1.4);
  });

  it('of adapters names their factors, of all weights all of them', () => {
    expect(costOf().trainedParameters).toBe(4_505_600);
    expect(costOf({ parameters: 'full' }).trainedParameters).toBe(1_100_048_384);
  });
});

describe('the origin’s run', () => {
  it('costs what the kernels of its stages state, within 5%', () => {
    const [sft, reward, , first, , second] = originStages().map(({ cost }) => cost.flops);
    const { prompt, chosen, rejected } = originLengths;
    // The roofline's lengths are with the end token.
    const means: MeanTokens = { prompt, chosen: chosen - 1, rejected: rejected - 1, from: 'tokens' };
    const [kept1, kept2] = [956, 481];
    const cost = runCost({
      ...{ config: tinyLlama, recipe: { ...origin, memoryBudgetGb: 16 }, lengths: means, importedAdapter: false },
      counts: { ...counts, heldOutPairs: 0, roundPrompts: [kept1, kept2] },
    });
    const closing =
      3000 *
      [means.chosen, means.rejected].reduce(
        (sum, length) => sum + forwardOperations(costWork(tinyLlama, origin, means).of, readReward(prompt, length + 1)),
        0,
      );
    const ratios = [
      passes(cost, 'sft') / sft!,
      // The roofline leaves out the figures after training.
      (passes(cost, 'reward') - closing) / reward!,
      passes(cost, 'round1.train') / first!,
      passes(cost, 'round2.train') / second!,
    ];
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });
});

describe('generation and evaluation', () => {
  it('grow with prompts and samples; answers are no longer than the limit', () => {
    const generation = (changes: Partial<Recipe>) => stage(costOf(changes), 'round1.generate');
    expect(generation({}).responses).toBe(4000);
    const [four, eight] = [generation({}), generation({ samplesPerPrompt: 8 })];
    const ratio = eight.operations.generation / four.operations.generation;
    // The prompt is computed once for all samples.
    expect(ratio).toBeGreaterThan(1.4);
    expect(ratio).toBeLessThan(2);
    expect(generation({ maxNewTokens: 20 }).operations.generation).toBeLessThan(four.operations.generation);
    expect(generation({ maxNewTokens: 300 }).operations.generation).toBe(four.operations.generation);
    expect(passes(costOf({ samplesPerPrompt: 8 }), 'round1.score')).toBeGreaterThan(passes(costOf(), 'round1.score'));
  });

  it('meet three models in round 1, one in later rounds, two without rounds, and a referee judges too', () => {
    const responses = (cost: Pick<RunCost, 'stages'>, id: string) => stage(cost, id).responses;
    const cost = costOf();
    expect(['round1.evaluate', 'round2.evaluate'].map((id) => responses(cost, id))).toEqual([300, 100]);
    expect(responses(costOf({ rounds: 0 }), 'evaluate')).toBe(200);
    const pairsOnly = passes(costOf({}, { heldOutPrompts: 0 }), 'round2.evaluate');
    expect(pairsOnly).toBeGreaterThan(0);
    expect(passes(costOf({}, { heldOutPrompts: 0, heldOutPairs: 400 }), 'round2.evaluate')).toBeCloseTo(
      2 * pairsOnly,
      -3,
    );
    expect(passes(costOf({ refereeHalf: true }), 'round2.evaluate')).toBeGreaterThan(passes(cost, 'round2.evaluate'));
  });
});

describe('counts', () => {
  it('are those of the run: its split, and the prompts of each round', async () => {
    const source = memoryDataset('d', await tinyPreferences(200));
    for (const changes of [
      {},
      { trainPairs: 0, refereeHalf: true },
      { promptsPerRound: [100, 90] },
    ] as Partial<Recipe>[]) {
      const recipe: Recipe = { ...tinyRecipe, heldOutPairs: 10, heldOutPrompts: 8, rounds: 3, ...changes };
      const data = await prepareData(source, recipe, openTokenizer('test/fixtures/golden/llama-tiny'), 2);
      const { kind: _, ...counted } = runCounts(await source.keys(), 'preference', recipe);
      expect(counted).toEqual({
        trainPairs: data.trainPairs.length,
        refereePairs: data.refereePairs.length,
        heldOutPairs: data.heldOutPairs.length,
        heldOutPrompts: data.heldOutPrompts.length,
        roundPrompts: [1, 2, 3].map((round) => data.promptsOfRound(round).prompts.length),
      });
    }
  });

  it('of data that cannot be split are refused as the run would', () => {
    expect(() => runCounts([], 'preference', studio)).toThrow(/nothing to train on/);
  });
});
