/** An evaluation as tables: one row a model with every figure, and one row a response. Keys as in evaluation_results.json. Pure. */
import type { EvaluatedModel, ShownEvaluation, ShownWinRate } from '../../../protocol/evaluation';
import { toCsv, type CsvCell } from '../../charts/csv';

type Row = Record<string, CsvCell>;

function withInterval(name: string, value: number, { low, high }: { low: number; high: number }): Row {
  return { [name]: value, [`${name}_low`]: low, [`${name}_high`]: high };
}

function winColumns(judge: string, duels: readonly ShownWinRate[]): Row {
  const columns = duels.map((duel) => ({
    ...withInterval(`${judge}win_rate_against_${duel.against}`, duel.win_rate, duel.interval),
    ...withInterval(
      `${judge}length_controlled_win_rate_against_${duel.against}`,
      duel.length_controlled,
      duel.length_controlled_interval,
    ),
  }));
  return Object.assign({}, ...columns) as Row;
}

function figureRow(model: EvaluatedModel): Row {
  const { reward, referee, gold, kl_from_sft: kl, implicit_rewards: implicit } = model;
  return {
    model: model.name,
    ...withInterval('reward', reward.mean, reward.interval),
    reward_std: reward.std,
    ...(referee && { ...withInterval('referee', referee.mean, referee.interval), referee_std: referee.std }),
    ...(gold && {
      ...withInterval('gold', gold.mean, gold.interval),
      correctness: gold.correctness,
      politeness: gold.politeness,
      safety: gold.safety,
      brevity: gold.brevity,
    }),
    ...(kl && { kl_from_sft_per_response: kl.per_response, kl_from_sft_per_token: kl.per_token }),
    implicit_accuracy_against_reference: implicit.against_reference?.accuracy,
    implicit_margin_against_reference: implicit.against_reference?.margin,
    implicit_accuracy_against_sft: implicit.against_sft?.accuracy,
    implicit_margin_against_sft: implicit.against_sft?.margin,
    response_length: model.response_length.mean,
    end_token_rate: model.end_token_rate,
    distinct_1: model.distinct_1,
    distinct_2: model.distinct_2,
    repetition: model.repetition,
    ...winColumns('', model.win_rates),
    ...winColumns('referee_', referee?.win_rates ?? []),
  };
}

/** Records as CSV, with every column of any of them in the order of first appearance. */
export function recordsCsv(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return toCsv(
    columns,
    rows.map((row) => columns.map((column) => row[column])),
  );
}

/** One row a model. */
export function figuresCsv({ models }: Pick<ShownEvaluation, 'models'>): string {
  return recordsCsv(models.map(figureRow));
}

/** One row a response: prompt and model name it. */
export function answersCsv({ prompts }: Pick<ShownEvaluation, 'prompts'>): string {
  const rows = prompts.flatMap(({ prompt_id, prompt, responses }) =>
    responses.map(({ model, text, tokens, ended, reward, referee, gold }) => ({
      prompt_id,
      prompt,
      model,
      response: text,
      tokens,
      ended: String(ended),
      reward,
      ...(referee !== undefined && { referee }),
      ...(gold !== null && { gold }),
    })),
  );
  return recordsCsv(rows);
}
