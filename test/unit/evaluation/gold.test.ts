/** Gold scores in the evaluation: only for the demo's prompts, the judge's own figures, paired intervals, and the warning. */
import { describe, expect, it } from 'vitest';
import { buildEvaluationResults } from '../../../src/evaluation/build-results';
import { pairedDifference } from '../../../src/evaluation/statistics';
import { goldWarnings, type GoldPoint } from '../../../src/evaluation/gold-warnings';
import { goldGrade } from '../../../src/demo/gold-judge';
import { seededRandom } from '../../../src/data/seeded-random';
import { demoInput, demoRequests, evaluationInput, promptCount } from './fixtures';

const average = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const random = (purpose: string, model = '') => seededRandom('test', purpose, model);

describe('gold scores', () => {
  const input = demoInput();
  const results = buildEvaluationResults(input);

  it('has as many demo requests as prompts', () => expect(demoRequests).toHaveLength(promptCount));

  it('are the judge s means over the held-out prompts, with their parts', () => {
    input.models.forEach(({ responses }, of) => {
      const grades = responses.map(({ text }, i) => goldGrade(demoRequests[i]?.text ?? '', text));
      const gold = results.models[of]?.gold;
      for (const part of ['correctness', 'politeness', 'safety', 'brevity'] as const) {
        expect(gold?.[part]).toBeCloseTo(average(grades.map((grade) => grade?.[part] ?? NaN)), 12);
      }
      expect(gold?.mean).toBeCloseTo(average(grades.map((grade) => grade?.score ?? NaN)), 12);
      expect(gold?.interval.low).toBeLessThanOrEqual(gold?.mean ?? NaN);
      expect(gold?.interval.high).toBeGreaterThanOrEqual(gold?.mean ?? NaN);
    });
    expect(results.prompts[0]?.responses[3]?.gold).toBeGreaterThan(results.prompts[0]?.responses[3] ? 0.6 : 2);
  });

  it('are compared with SFT, prompt by prompt', () => {
    const [base, sft, first, last] = results.models.map(({ gold }) => gold);
    expect(sft?.against_sft).toBeNull();
    expect(base?.against_sft?.interval.high).toBeLessThan(0);
    expect(first?.against_sft?.difference).toBeCloseTo((first?.mean ?? NaN) - (sft?.mean ?? NaN), 12);
    expect(last?.against_sft?.interval.low).toBeGreaterThan(0);
  });

  it('make the numbers of their plot', () => {
    const points = results.plots.gold_trajectory?.points ?? [];
    expect(points.map(({ model }) => model)).toEqual(['base', 'sft', 'dpo_round1', 'dpo_round2']);
    expect(points.map(({ gold }) => gold)).toEqual(results.models.map(({ gold }) => gold?.mean));
    expect(points.map(({ reward }) => reward)).toEqual(results.models.map(({ reward }) => reward.mean));
  });

  it('are not there for other data, not even when a single prompt is unknown', () => {
    const other = buildEvaluationResults(evaluationInput());
    expect(other.models.every(({ gold }) => gold === null)).toBe(true);
    expect(other.plots.gold_trajectory).toBeNull();
    expect(other.prompts[0]?.responses[0]?.gold).toBeNull();
    const mixed = demoInput();
    mixed.prompts[3] = { id: 'p3', text: '\n\nHuman: What is a monad?\n\nAssistant:' };
    expect(buildEvaluationResults(mixed).models[0]?.gold).toBeNull();
  });

  it('warn when the reward rises while they fall, and only then', () => {
    expect(results.warnings).toEqual([]);
    const pushed = buildEvaluationResults(demoInput([0.1, 0.4, 0.9, 0.2]));
    expect(pushed.warnings.map(({ model }) => model)).toEqual(['dpo_round2']);
    expect(pushed.warnings[0]?.message).toMatch(/reward rose .* gold score fell/);
  });
});

describe('goldWarnings', () => {
  const spread = (centre: number) => Array.from({ length: 60 }, (_, i) => centre + 0.01 * ((i % 7) - 3));
  const point = (model: string, reward: number, gold: number): GoldPoint => ({
    model,
    rewards: spread(reward),
    golds: spread(gold),
  });

  /** Gold scores that vary by prompt and model as much as a demo's do, around an exact mean. */
  function noisy(model: string, reward: number, gold: number): GoldPoint {
    const draw = seededRandom('noise', model);
    const noise = Array.from({ length: 60 }, () => 0.5 * (draw() - 0.5));
    const centre = average(noise);
    return { model, rewards: spread(reward), golds: noise.map((value) => gold + value - centre) };
  }

  it('compares with the best earlier model, so that a slow fall is found too', () => {
    const slow = [noisy('sft', 0, 0.5), noisy('r1', 1, 0.7), noisy('r2', 2, 0.665), noisy('r3', 3, 0.63)];
    expect(goldWarnings(slow, 400, random).map(({ model }) => model)).toEqual(['r3']);
    // Neither step alone is beyond chance.
    expect(goldWarnings(slow.slice(2), 400, random)).toEqual([]);
  });

  it('is silent about a fall within chance', () => {
    expect(goldWarnings([noisy('r1', 0, 0.7), noisy('r2', 1, 0.68)], 400, random)).toEqual([]);
  });

  it('is silent when reward and gold fall together, and when gold rises', () => {
    expect(goldWarnings([point('sft', 1, 0.7), point('r1', 0, 0.5)], 200, random)).toEqual([]);
    expect(goldWarnings([point('sft', 0, 0.5), point('r1', 1, 0.7)], 200, random)).toEqual([]);
  });
});

describe('pairedDifference', () => {
  it('is narrow where prompts differ much and the difference does not', () => {
    const before = Array.from({ length: 50 }, (_, i) => i);
    const after = before.map((value) => value + 0.5);
    const { difference, interval } = pairedDifference(after, before, 200, random('pair'));
    expect(difference).toBeCloseTo(0.5, 12);
    expect(interval.high - interval.low).toBeLessThan(1e-9);
  });
});
