/** Mean lengths of the chosen data in tokens, from the best that is known of it. Pure. */
import type { LengthStatistics } from '../protocol/dataset';
import type { Recipe } from '../protocol/recipe';
import type { MeanTokens } from '../protocol/run-cost';
import type { DatasetSummary, ModelSummary } from '../protocol/library';
import type { TokenMeasurement } from './data-import';

/**
 * Characters of English text that a token stands for, as tokenizers with tens of thousands of entries have it (OpenAI's rule of
 * thumb). Small vocabularies, code and other scripts have fewer: then the tokens should be counted.
 */
export const charactersPerToken = 4;

function meansOf(lengths: Record<string, LengthStatistics>): Omit<MeanTokens, 'from'> | null {
  const [prompt, chosen] = [lengths['prompt']?.mean, (lengths['chosen'] ?? lengths['response'])?.mean];
  if (prompt === undefined || chosen === undefined) return null;
  return { prompt, chosen, rejected: lengths['rejected']?.mean ?? 0 };
}

/** Tokens where they were counted with this model, else characters, else half of the recipe's limit for prompt and for response. */
export function meanTokens(
  dataset: Pick<DatasetSummary, 'id' | 'report' | 'kind'>,
  model: Pick<ModelSummary, 'id'>,
  tokens: TokenMeasurement | null,
  { maxLength }: Pick<Recipe, 'maxLength'>,
): MeanTokens {
  const { report } = tokens ?? {};
  const counted = report?.datasetId === dataset.id && report.modelId === model.id ? meansOf(report.lengths) : null;
  if (counted) return { ...counted, from: 'tokens' };
  const characters = dataset.report && meansOf(dataset.report.lengths);
  if (characters) {
    const { prompt, chosen, rejected } = characters;
    const inTokens = (length: number) => length / charactersPerToken;
    return { prompt: inTokens(prompt), chosen: inTokens(chosen), rejected: inTokens(rejected), from: 'characters' };
  }
  const half = maxLength / 2;
  return { prompt: half, chosen: half, rejected: dataset.kind === 'sft' ? 0 : half, from: 'limits' };
}
