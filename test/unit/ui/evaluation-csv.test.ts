/** Evaluations as CSV: every figure of every model, and every answer. */
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { buildEvaluationResults } from '../../../src/evaluation/build-results';
import { shownEvaluationSchema } from '../../../src/protocol/evaluation';
import { answersCsv, figuresCsv } from '../../../src/ui/features/evaluation/evaluation-csv';
import { evaluationInput, promptCount } from '../evaluation/fixtures';

const read = (text: string) => {
  const { data, errors } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  expect(errors).toEqual([]);
  return data;
};

describe('an evaluation as CSV', () => {
  const built = buildEvaluationResults(evaluationInput());
  const shown = shownEvaluationSchema.parse(built);

  it('has a row a model with its figures in full precision', () => {
    const rows = read(figuresCsv(shown));
    expect(rows.map(({ model }) => model)).toEqual(['base', 'sft', 'dpo_round1', 'dpo_round2']);
    const last = built.models.at(-1);
    const duel = last?.win_rates.find(({ against }) => against === 'dpo_round1');
    expect(Number(rows.at(-1)?.['reward'])).toBe(last?.reward.mean);
    expect(Number(rows.at(-1)?.['kl_from_sft_per_response'])).toBe(last?.kl_from_sft?.per_response);
    expect(Number(rows.at(-1)?.['win_rate_against_dpo_round1_high'])).toBe(duel?.interval.high);
    expect(rows[0]?.['win_rate_against_dpo_round1']).toBe('');
  });

  it('has a row an answer', () => {
    const rows = read(answersCsv(shown));
    expect(rows).toHaveLength(4 * promptCount);
    const [prompt] = built.prompts;
    expect(rows[1]).toMatchObject({ prompt_id: prompt?.prompt_id, model: 'sft', response: prompt?.responses[1]?.text });
    expect(Number(rows[1]?.['reward'])).toBe(prompt?.responses[1]?.reward);
  });
});
