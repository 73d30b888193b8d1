import { expect, it } from 'vitest';
import { originalRound, playgroundRound } from '../../../src/protocol/pair-review';
import { recipePresets } from '../../../src/protocol/recipe';
import { ratioMeaning, ratioModelsOf } from '../../../src/ui/features/pairs/ratio-models';
import { runOf, stageOf } from '../store/fixtures';

/** With SFT and as many rounds trained, of three. */
const run = (trained: number, dpoReference: 'previous' | 'sft' = 'previous') =>
  runOf({
    recipe: { ...recipePresets.studio, dpoReference, dpoBeta: 0.1 },
    stages: [
      stageOf({ id: 'sft', kind: 'sft', round: 0, status: trained < 0 ? 'pending' : 'done' }),
      ...[1, 2, 3].map((round) =>
        stageOf({ id: `round${round}.train`, kind: 'train', round, status: round <= trained ? 'done' : 'pending' }),
      ),
    ],
  });
const models = (trained: number, round: number, reference?: 'previous' | 'sft') => {
  const found = ratioModelsOf(run(trained, reference), round);
  return found && `${found.model} / ${found.against}`;
};

it('a round weighs its own pairs: its model against the reference of its DPO', () => {
  expect([1, 2, 3].map((round) => models(3, round))).toEqual([
    'dpo_round1 / sft',
    'dpo_round2 / dpo_round1',
    'dpo_round3 / dpo_round2',
  ]);
  expect(models(3, 3, 'sft')).toBe('dpo_round3 / sft');
});

it('a round that is not trained yet has the latest model against the reference of that one', () => {
  expect([models(2, 3), models(1, 2), models(0, 1)]).toEqual([
    'dpo_round2 / dpo_round1',
    'dpo_round1 / sft',
    'sft / base',
  ]);
  expect([models(-1, 1), models(-1, originalRound)]).toEqual([null, null]);
});

it('other pairs are weighed by the latest model against SFT', () => {
  expect([models(2, originalRound), models(3, playgroundRound), models(0, originalRound)]).toEqual([
    'dpo_round2 / sft',
    'dpo_round3 / sft',
    'sft / base',
  ]);
});

it('the sum is an implicit reward against the reference alone, which is said', () => {
  const meaning = (model: string, against: string, reference?: 'previous' | 'sft') =>
    ratioMeaning(run(3, reference), { model, against });
  expect(meaning('dpo_round2', 'dpo_round1')).toContain(
    'times β (0.1), the log-ratios are its implicit reward in DPO round 2',
  );
  expect(meaning('dpo_round1', 'sft')).toContain('are its implicit reward in DPO round 1');
  expect(meaning('dpo_round2', 'sft')).toBe(
    'The log-ratios do not add up to an implicit reward: the reference of DPO round 2 is DPO round 1.',
  );
  expect(meaning('dpo_round2', 'sft', 'sft')).toContain('are its implicit reward');
  expect(meaning('sft', 'base')).not.toContain('implicit');
});
