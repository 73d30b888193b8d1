/**
 * What the referee says of the models' responses: a reward model of prompts that no other stage trained on. The run's own reward
 * model chose the pairs, so a win rate by its scores is circular (method.md section 6); the referee's is not.
 */
import type { ModelResults } from './results-schema';
import { bootstrapInterval, mean, pairedDifference, standardDeviation } from './statistics';
import { winRecord } from './win-record';
import type { Contender } from './win-rate';

type RefereeFigures = NonNullable<ModelResults['referee']>;

interface JudgedModel {
  name: string;
  responses: readonly { ids: readonly number[]; referee?: number | undefined }[];
}

/** The referee's score of each response; null unless it scored all of them. */
export function refereeScores({ responses }: JudgedModel): number[] | null {
  const scores = responses.flatMap(({ referee }) => (referee === undefined ? [] : [referee]));
  return scores.length === responses.length ? scores : null;
}

const contenders = ({ responses }: JudgedModel, scores: readonly number[]): Contender[] =>
  responses.map(({ ids }, i) => ({ reward: scores[i] ?? Number.NaN, tokens: ids.length }));

/**
 * @param opponents whom the model is compared with, prompt by prompt
 * @param random one stream for each purpose
 * @returns null where there is no referee
 */
export function refereeFigures(
  model: JudgedModel,
  sft: JudgedModel | null,
  opponents: readonly JudgedModel[],
  samples: number,
  random: (...purpose: string[]) => () => number,
): RefereeFigures | null {
  const scores = refereeScores(model);
  if (!scores) return null;
  const before = sft && sft !== model ? refereeScores(sft) : null;
  return {
    mean: mean(scores),
    std: standardDeviation(scores),
    interval: bootstrapInterval(scores, mean, samples, random('referee')),
    win_rates: opponents.flatMap((opponent) => {
      const other = refereeScores(opponent);
      if (!other) return [];
      const [own, against] = [contenders(model, scores), contenders(opponent, other)];
      return [winRecord(opponent.name, own, against, samples, random('referee win', opponent.name))];
    }),
    against_sft: before && pairedDifference(scores, before, samples, random('referee against sft')),
  };
}
