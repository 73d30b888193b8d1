/** The referee in an evaluation: its figures, when it warns, and that runs without one keep their format. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/data/seeded-random';
import { buildEvaluationResults, type EvaluationInput } from '../../../src/evaluation/build-results';
import { plotNames } from '../../../src/evaluation/plots';
import { refereeWarnings, type RefereePoint } from '../../../src/evaluation/referee-warnings';
import { evaluationResultsSchema } from '../../../src/evaluation/results-schema';
import { shownEvaluationSchema } from '../../../src/protocol/evaluation';
import { evaluationInput, promptCount } from './fixtures';

const average = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** The referee gives each model this on average, with the same spread over prompts for all. */
function withReferee(centres: readonly number[]): EvaluationInput {
  const input = evaluationInput({ rewardModels: { refereeAccuracy: 0.625, rewardAccuracy: 0.75, refereePairs: 40 } });
  input.models.forEach(({ responses }, of) =>
    responses.forEach((response, i) => (response.referee = (centres[of] ?? 0) + 0.01 * (i % 5))),
  );
  return input;
}

describe('an evaluation with a referee', () => {
  const input = withReferee([0, 0.5, 0.2, 0.9]);
  const results = buildEvaluationResults(input);

  it('has the referee’s mean, interval and difference from SFT of every model', () => {
    results.models.forEach(({ referee }, of) => {
      const scores = input.models[of]?.responses.map((response) => response.referee ?? NaN) ?? [];
      expect(referee?.mean).toBeCloseTo(average(scores), 12);
      expect(referee?.interval.low).toBeLessThan(referee?.mean ?? NaN);
      const expected = [-0.5, null, -0.3, 0.4][of] ?? null;
      if (expected === null) expect(referee?.against_sft).toBeNull();
      else expect(referee?.against_sft?.difference).toBeCloseTo(expected, 12);
    });
  });

  it('counts wins by the referee, not by the reward', () => {
    const rates = results.models.map(({ referee }) =>
      referee?.win_rates.map(({ against, win_rate }) => [against, win_rate]),
    );
    expect(rates).toEqual([
      [['sft', 0]],
      [['base', 1]],
      [['sft', 0]],
      [
        ['sft', 1],
        ['dpo_round1', 1],
      ],
    ]);
  });

  it('keeps every score and how good the two reward models are', () => {
    expect(results.prompts[3]?.responses[2]?.referee).toBe(input.models[2]?.responses[3]?.referee);
    expect(results.referee).toEqual({ held_out_accuracy: 0.625, reward_held_out_accuracy: 0.75, training_pairs: 40 });
    expect(plotNames(results)).toContain('referee_trajectory');
    expect(shownEvaluationSchema.parse(results).models.at(-1)?.referee).toEqual(results.models.at(-1)?.referee);
  });

  it('warns of the round whose reward rose while the referee’s score fell', () => {
    const own = results.warnings.filter(({ message }) => message.includes('referee'));
    expect(own.map(({ model }) => model)).toEqual(['dpo_round1']);
    expect(own[0]?.message).toMatch(
      /^Over-optimisation: from sft to dpo_round1 the reward rose .* referee’s score fell/,
    );
  });
});

describe('an evaluation without a referee', () => {
  it('has no trace of one, so that its file is the same as before', () => {
    const results = buildEvaluationResults(evaluationInput());
    expect(JSON.stringify(results)).not.toContain('referee');
    expect(plotNames(results)).not.toContain('referee_trajectory');
  });

  it('is still read when it was written before there was one', () => {
    const interval = { low: 0.1, high: 0.9 };
    const old = {
      format: 'whetstone-evaluation',
      version: 1,
      settings: {
        beta: 0.3,
        bootstrap_samples: 1000,
        held_out_pairs: 120,
        held_out_prompts: 1,
        max_new_tokens: 48,
        repetition_penalty: 1,
        seed: 42,
        temperature: 0.7,
        top_k: 0,
        top_p: 1,
      },
      models: [
        {
          name: 'base',
          reward: { mean: 0.5, std: 0.9, min: -1, max: 2, interval },
          response_length: { mean: 11.3, std: 5 },
          reward_length_correlation: -0.2,
          end_token_rate: 1,
          distinct_1: 0.27,
          distinct_2: 0.55,
          repetition: 0,
          kl_from_sft: { per_response: 0.209, per_token: 0.017 },
          implicit_rewards: { against_reference: null, against_sft: null },
          win_rates: [
            { against: 'sft', win_rate: 0.54, interval, length_controlled: 0.53, length_controlled_interval: interval },
          ],
          gold: null,
        },
      ],
      warnings: [],
      plots: {
        reward_comparison: { bars: [{ model: 'base', mean: 0.5, ...interval }] },
        reward_distributions: { bin_edges: [-1, 2], series: [{ model: 'base', counts: [1] }] },
        improvement_trajectory: { points: [] },
        gold_trajectory: null,
      },
      prompts: [
        {
          prompt_id: '7a92',
          prompt: '\n\nHuman: Can you show me how to post a letter?\n\nAssistant:',
          responses: [{ model: 'base', text: ' Happy to help!', tokens: 28, ended: true, reward: -0.98, gold: null }],
        },
      ],
    };
    expect(evaluationResultsSchema.parse(old)).toEqual(old);
    expect(shownEvaluationSchema.parse(old).referee).toBeUndefined();
  });
});

describe('refereeWarnings', () => {
  const random = (purpose: string, model: string) => seededRandom('test', purpose, model);
  /** Scores around an exact mean that vary by prompt and model. */
  function noisy(seed: string, centre: number): number[] {
    const draw = seededRandom('noise', seed);
    const noise = Array.from({ length: promptCount * 3 }, () => 0.5 * (draw() - 0.5));
    return noise.map((value) => centre + value - average(noise));
  }
  const point = (model: string, reward: number, referee: number): RefereePoint => ({
    model,
    rewards: noisy(`${model} reward`, reward),
    referees: noisy(`${model} referee`, referee),
  });
  const warned = (...points: RefereePoint[]) => refereeWarnings(points, 400, random);

  it('tells a fall from a score that stays flat', () => {
    const [fell] = warned(point('sft', 0, 0), point('r1', 1, -1));
    expect(fell?.message).toMatch(/^Over-optimisation.*fell.*higher beta/);
    const [flat] = warned(point('sft', 0, 0), point('r1', 1, 0.01));
    expect(flat?.message).toMatch(/^Possible over-optimisation.*no rise beyond chance/);
  });

  it('is silent when both rise, when both fall, and when the reward does not rise beyond chance', () => {
    expect(warned(point('sft', 0, 0), point('r1', 1, 1))).toEqual([]);
    expect(warned(point('sft', 1, 1), point('r1', 0, 0))).toEqual([]);
    expect(warned(point('sft', 0, 0), point('r1', 0.01, -1))).toEqual([]);
  });

  it('compares with the best earlier model by the referee', () => {
    const points = [point('sft', 0, 0), point('r1', 1, 1), point('r2', 2, 0.5), point('r3', 3, 0.7)];
    expect(warned(...points).map(({ model }) => model)).toEqual(['r2', 'r3']);
    expect(warned(...points)[1]?.message).toContain('from r1 to r3');
    expect(warned(points[0]!, points[1]!, point('r2', 2, 2))).toEqual([]);
  });
});
