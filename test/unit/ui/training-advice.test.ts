/** Plain-words advice: every rule speaks for a curve that shows its trouble, and none for healthy ones. */
import { describe, expect, it } from 'vitest';
import { recipePresets } from '../../../src/protocol/recipe';
import type { MetricPoint, StageKind } from '../../../src/protocol/run-state';
import { trainingAdvice, type AdviceInput } from '../../../src/ui/features/run/training-advice';

const STEPS = 60;
const recipe = recipePresets.demo;

/** A curve of `STEPS` points; every metric a function of the share of the steps done. */
function curve(metrics: Record<string, (share: number) => number>): MetricPoint[] {
  return Array.from({ length: STEPS }, (_, i) => ({
    step: i + 1,
    values: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, value(i / (STEPS - 1))])),
  }));
}

/** Round 2 of the quick demo, in round numbers. */
const healthy: Record<string, (share: number) => number> = {
  loss: (share) => (share === 0 ? Math.LN2 : 0.69 - 0.08 * share),
  'rewards/accuracies': (share) => (share === 0 ? 0.5 : 0.6 + 0.15 * share),
  'rewards/margins': (share) => 0.46 * share,
  'rewards/chosen': (share) => -0.4 * share,
  'rewards/rejected': (share) => -0.86 * share,
  kl: (share) => -0.12 * share,
  grad_norm: () => 1.3,
};

function advice(
  kind: StageKind,
  metrics: Record<string, (share: number) => number>,
  more: Partial<AdviceInput> & { summary?: Record<string, number>; round?: number } = {},
): string[] {
  const { summary = {}, round = 1, ...rest } = more;
  const stage = { kind, round, summary, status: 'running' as const };
  return trainingAdvice({ stage, points: curve(metrics), stages: [], recipe, ...rest }).map(({ id }) => id);
}

it('says nothing of healthy training', () => {
  expect(advice('train', healthy)).toEqual([]);
  expect(advice('sft', { loss: (share) => 0.52 - 0.08 * share, grad_norm: () => 0.6 })).toEqual([]);
  const reward = { loss: (share: number) => 0.69 - 0.2 * share, accuracy: (share: number) => 0.5 + 0.25 * share };
  expect(advice('reward', reward, { summary: { held_out_accuracy: 0.65 } })).toEqual([]);
});

it('says nothing of a stage that has hardly begun', () => {
  const points = curve({ ...healthy, 'rewards/chosen': () => -9, 'rewards/rejected': () => -9 }).slice(0, 5);
  expect(advice('train', healthy, { points })).toEqual([]);
});

describe('speaks when', () => {
  const cases: [string, string[]][] = [
    ['the first loss is not ln 2', advice('train', { ...healthy, loss: () => 0.68 })],
    [
      'both rewards fall',
      advice('train', {
        ...healthy,
        'rewards/chosen': (share) => -0.9 * share,
        'rewards/rejected': (share) => -1.3 * share,
        'rewards/margins': (share) => 0.4 * share,
      }),
    ],
    [
      'accuracy is at 1 at once',
      advice('train', { ...healthy, 'rewards/accuracies': (share) => (share === 0 ? 0.5 : 1) }),
    ],
    ['the gradient is zero', advice('train', { ...healthy, grad_norm: (share) => (share > 0.5 ? 0 : 1) })],
    ['KL runs away', advice('train', { ...healthy, kl: (share) => -0.9 * share })],
    ['the loss rises', advice('sft', { loss: (share) => 0.5 + 0.4 * share })],
    ['the reward model knows nothing', advice('reward', {}, { summary: { held_out_accuracy: 0.51 } })],
    [
      'answers get longer',
      advice(
        'generate',
        {},
        {
          round: 2,
          summary: { mean_length: 40 },
          stages: [{ kind: 'generate', round: 1, summary: { mean_length: 30 } }],
        },
      ),
    ],
  ];
  const ids = ['start', 'both-fall', 'perfect', 'no-gradient', 'kl', 'loss', 'chance', 'length'];
  it.each(cases.map(([name, found], i) => [name, found, ids[i]!] as const))('%s', (_, found, id) => {
    expect(found).toEqual([id]);
  });
});

it('knows that a later round against SFT does not start at ln 2', () => {
  const wrong = { ...healthy, loss: () => 0.6 };
  expect(advice('train', wrong, { round: 2 })).toEqual(['start']);
  expect(advice('train', wrong, { round: 2, recipe: { ...recipe, dpoReference: 'sft' } })).toEqual([]);
});

it('says of a referee too that it knows nothing or learned something trivial', () => {
  expect(advice('referee', {}, { summary: { held_out_accuracy: 0.51 } })).toEqual(['chance']);
  expect(advice('referee', { accuracy: (share) => (share === 0 ? 0.5 : 1) })).toEqual(['perfect']);
});
