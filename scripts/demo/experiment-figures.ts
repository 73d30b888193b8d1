/** What an experiment shows of each model: gold scores of its held-out responses beside the studio's own figures. */
import { seededRandom } from '../../src/data/seeded-random';
import type { EvaluationResults, ModelResults } from '../../src/evaluation/results-schema';
import { bootstrapInterval, mean, type Interval } from '../../src/evaluation/statistics';
import type { GoldGrade } from '../../src/demo/gold-judge';
import { goldOf, goldParts } from './gold';

export interface ModelRow {
  model: string;
  gold: number;
  parts: Record<(typeof goldParts)[number], number>;
  reward: number;
  /** Accuracy of the implicit reward on held-out pairs; null for base and SFT. */
  againstSft: number | null;
  againstReference: number | null;
  /** Nats a response. */
  kl: number | null;
  winRate: number | null;
  length: number;
  endRate: number;
  distinct2: number;
}

export interface ExperimentFigures {
  rows: ModelRow[];
  /** Mean gold of the last round minus SFT's on the same prompts, with its paired bootstrap 95% interval. */
  gain: { mean: number; interval: Interval } | null;
}

const bootstrapSamples = 2000;

export function experimentFigures(results: EvaluationResults): ExperimentFigures {
  const grades = new Map(results.models.map(({ name }) => [name, gradesOf(results, name)]));
  const rows = results.models.map((model) => rowOf(model, grades.get(model.name) ?? []));
  const [sft, last] = [grades.get('sft'), grades.get(results.models.at(-1)?.name ?? '')];
  if (!sft || !last || sft === last) return { rows, gain: null };
  const differences = last.map(({ score }, i) => score - sft[i]!.score);
  const random = seededRandom(results.settings.seed, 'gold gain');
  return {
    rows,
    gain: { mean: mean(differences), interval: bootstrapInterval(differences, mean, bootstrapSamples, random) },
  };
}

function gradesOf({ prompts }: EvaluationResults, model: string): GoldGrade[] {
  return prompts.map(({ prompt, responses }) => {
    const response = responses.find((one) => one.model === model);
    if (!response) throw new Error(`internal: no response of ${model}`);
    return goldOf(prompt, response.text);
  });
}

function rowOf(model: ModelResults, grades: readonly GoldGrade[]): ModelRow {
  const { implicit_rewards: implicit, kl_from_sft: kl, win_rates: wins } = model;
  const average = (value: (grade: GoldGrade) => number) => mean(grades.map(value));
  return {
    model: model.name,
    gold: average(({ score }) => score),
    parts: Object.fromEntries(goldParts.map((part) => [part, average((grade) => grade[part])])) as ModelRow['parts'],
    reward: model.reward.mean,
    againstSft: implicit.against_sft?.accuracy ?? null,
    againstReference: implicit.against_reference?.accuracy ?? null,
    kl: kl?.per_response ?? null,
    winRate: wins.find(({ against }) => against === 'sft')?.win_rate ?? null,
    length: model.response_length.mean,
    endRate: model.end_token_rate,
    distinct2: model.distinct_2,
  };
}

/** The rows as a table for the terminal. */
export function formatRows(rows: readonly ModelRow[]): string {
  const titles = [
    'model',
    'gold',
    ...goldParts,
    'reward',
    'acc/sft',
    'acc/ref',
    'KL',
    'win',
    'length',
    'ends',
    'dist2',
  ];
  const number = (value: number | null, digits = 3) => (value === null ? '-' : value.toFixed(digits));
  const lines = rows.map((row) => [
    row.model,
    number(row.gold),
    ...goldParts.map((part) => number(row.parts[part])),
    ...[row.reward, row.againstSft, row.againstReference, row.kl, row.winRate].map((value) => number(value)),
    number(row.length, 1),
    number(row.endRate),
    number(row.distinct2),
  ]);
  return [titles, ...lines]
    .map((cells) =>
      cells
        .map((cell) => cell.padEnd(11))
        .join(' ')
        .trimEnd(),
    )
    .join('\n');
}
