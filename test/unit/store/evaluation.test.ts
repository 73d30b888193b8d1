/** What the page shows of an evaluation agrees with the format in which the worker writes it. */
import { describe, expect, it } from 'vitest';
import { buildEvaluationResults } from '../../../src/evaluation/build-results';
import type { EvaluationResults } from '../../../src/evaluation/results-schema';
import { shownEvaluationSchema, type ShownEvaluation } from '../../../src/protocol/evaluation';
import { evaluationInput } from '../evaluation/fixtures';

describe('the shown part of evaluation_results.json', () => {
  it('takes what the evaluation builds, number for number', () => {
    const built: EvaluationResults = buildEvaluationResults(evaluationInput());
    // Types and values: everything shown is in the format under the same name.
    const expected: ShownEvaluation = built;
    const shown = shownEvaluationSchema.parse(JSON.parse(JSON.stringify(built)));
    expect(built).toMatchObject(shown);
    expect(shown.models).toHaveLength(expected.models.length);
    expect(shown.models.at(-1)?.win_rates).toEqual(built.models.at(-1)?.win_rates);
    expect(shown.plots.reward_comparison).toEqual(built.plots.reward_comparison);
    expect(shown.plots.reward_distributions).toEqual(built.plots.reward_distributions);
  });

  it('refuses what another version wrote', () => {
    expect(shownEvaluationSchema.safeParse({ models: [{ name: 'sft' }] }).success).toBe(false);
  });
});
