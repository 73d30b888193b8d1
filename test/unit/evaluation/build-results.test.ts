/** evaluation_results.json from raw data: every figure against its own calculation, determinism, and bad input. */
import { describe, expect, it } from 'vitest';
import { buildEvaluationResults } from '../../../src/evaluation/build-results';
import { evaluationResultsSchema } from '../../../src/evaluation/results-schema';
import { evaluationInput, promptCount } from './fixtures';

const average = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe('buildEvaluationResults', () => {
  const input = evaluationInput();
  const results = buildEvaluationResults(input);

  it('is valid, keeps the order, and is byte for byte the same again', () => {
    expect(evaluationResultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
    expect(results.models.map(({ name }) => name)).toEqual(['base', 'sft', 'dpo_round1', 'dpo_round2']);
    expect(JSON.stringify(buildEvaluationResults(evaluationInput()))).toBe(JSON.stringify(results));
    const other = buildEvaluationResults(evaluationInput({ seed: 7 }));
    expect(other.models[1]?.reward.mean).toBe(results.models[1]?.reward.mean);
    expect(other.models[1]?.reward.interval).not.toEqual(results.models[1]?.reward.interval);
  });

  it('has each model s figures', () => {
    input.models.forEach(({ responses, heldOutPairs }, i) => {
      const model = results.models[i];
      expect(model?.reward.mean).toBeCloseTo(average(responses.map(({ reward }) => reward)), 12);
      expect(model?.response_length.mean).toBeCloseTo(average(responses.map(({ ids }) => ids.length)), 12);
      expect(model?.end_token_rate).toBeCloseTo(responses.filter(({ ended }) => ended).length / promptCount, 12);
      expect(model?.reward.interval.low).toBeLessThan(model?.reward.mean ?? NaN);
      const sft = heldOutPairs.flatMap((pair) =>
        pair.sft ? [0.1 * (pair.chosen - pair.sft.chosen - pair.rejected + pair.sft.rejected)] : [],
      );
      if (i < 2) expect(model?.implicit_rewards.against_sft).toBeNull();
      else expect(model?.implicit_rewards.against_sft?.margin).toBeCloseTo(average(sft), 12);
      if (i === 0) expect(model?.kl_from_sft).toBeNull();
      else {
        const ratios = responses.map(({ logpModel, logpSft }) => (logpModel ?? NaN) - (logpSft ?? NaN));
        expect(model?.kl_from_sft?.per_response).toBeCloseTo(average(ratios), 10);
      }
    });
  });

  it('compares with SFT and the model before, once each', () => {
    expect(results.models.map(({ win_rates }) => win_rates.map(({ against }) => against))).toEqual([
      ['sft'],
      ['base'],
      ['sft'],
      ['sft', 'dpo_round1'],
    ]);
    const [, sft, , last] = input.models;
    const wins = last?.responses.filter(({ reward }, i) => reward > (sft?.responses[i]?.reward ?? NaN)).length ?? 0;
    expect(results.models[3]?.win_rates[0]?.win_rate).toBeCloseTo(wins / promptCount, 12);
  });

  it('carries the plots numbers', () => {
    const { plots, models } = results;
    expect(plots.reward_comparison.bars.map(({ mean }) => mean)).toEqual(models.map(({ reward }) => reward.mean));
    for (const { counts } of plots.reward_distributions.series) {
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(promptCount);
      expect(counts.length).toBe(plots.reward_distributions.bin_edges.length - 1);
    }
    const [base, sft, , last] = plots.improvement_trajectory.points;
    expect(sft?.win_rate).toBe(0.5);
    expect(base?.implicit_accuracy).toBeNull();
    expect(last?.win_rate).toBe(models[3]?.win_rates[0]?.win_rate);
    expect(last?.implicit_accuracy).toBe(models[3]?.implicit_rewards.against_sft?.accuracy);
  });

  it('warns of bought length, end to end', () => {
    const bought = evaluationInput();
    const [, sft, first] = bought.models;
    first?.responses.forEach((response, i) => {
      response.ids = Array.from({ length: 3 * (sft?.responses[i]?.ids.length ?? 0) }, (_, j) => j);
      response.reward = (sft?.responses[i]?.reward ?? 0) + (i % 2 === 0 ? 1 : -1);
    });
    expect(buildEvaluationResults(bought).warnings.map(({ model }) => model)).toContain('dpo_round1');
  });

  it('works without SFT, and refuses what does not fit', () => {
    const [base] = input.models;
    const alone = buildEvaluationResults({ ...input, models: base ? [base] : [] });
    expect(alone.models[0]?.win_rates).toEqual([]);
    expect(alone.plots.improvement_trajectory.points[0]?.win_rate).toBeNull();
    expect(() => buildEvaluationResults({ ...input, prompts: input.prompts.toReversed() })).toThrow(/do not match/);
    const broken = evaluationInput();
    const response = broken.models[0]?.responses[0];
    if (response) response.reward = NaN;
    expect(() => buildEvaluationResults(broken)).toThrow();
  });
});
