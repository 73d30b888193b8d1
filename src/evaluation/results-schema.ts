/**
 * The format of evaluation_results.json, which docs/evaluation_results.md describes. Keys are in snake_case as in the
 * other files meant for Python. Holds no times, so that the same run gives the same bytes. No computation here.
 */
import { z } from 'zod';

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);
const interval = z.strictObject({ low: z.number(), high: z.number() });
const implicitRewards = z.strictObject({ accuracy: share, margin: z.number() }).nullable();

const winRateSchema = z.strictObject({
  against: z.string(),
  win_rate: share,
  interval,
  length_controlled: share,
  length_controlled_interval: interval,
});

/** By the demo's built-in judge; null for data that it does not know. */
const goldSchema = z.strictObject({
  mean: share,
  interval,
  correctness: share,
  politeness: share,
  safety: share,
  brevity: share,
  against_sft: z.strictObject({ difference: z.number(), interval }).nullable(),
});

/** By the referee. Absent where the recipe keeps no data for one, and in files of before there was one. */
const refereeSchema = z.strictObject({
  mean: z.number(),
  std: z.number(),
  interval,
  win_rates: z.array(winRateSchema),
  against_sft: z.strictObject({ difference: z.number(), interval }).nullable(),
});

const modelSchema = z.strictObject({
  name: z.string().min(1),
  reward: z.strictObject({ mean: z.number(), std: z.number(), min: z.number(), max: z.number(), interval }),
  response_length: z.strictObject({ mean: z.number(), std: z.number() }),
  reward_length_correlation: z.number().nullable(),
  end_token_rate: share,
  distinct_1: share,
  distinct_2: share,
  repetition: share,
  kl_from_sft: z.strictObject({ per_response: z.number(), per_token: z.number() }).nullable(),
  implicit_rewards: z.strictObject({ against_reference: implicitRewards, against_sft: implicitRewards }),
  win_rates: z.array(winRateSchema),
  gold: goldSchema.nullable(),
  referee: refereeSchema.optional(),
});

const trajectoryPointSchema = z.strictObject({
  model: z.string(),
  reward: z.number(),
  reward_low: z.number(),
  reward_high: z.number(),
  win_rate: share.nullable(),
  win_rate_low: share.nullable(),
  win_rate_high: share.nullable(),
  length_controlled_win_rate: share.nullable(),
  implicit_accuracy: share.nullable(),
});

const goldPointSchema = z.strictObject({
  model: z.string(),
  reward: z.number(),
  reward_low: z.number(),
  reward_high: z.number(),
  gold: share,
  gold_low: share,
  gold_high: share,
});

const refereePointSchema = z.strictObject({
  model: z.string(),
  reward: z.number(),
  reward_low: z.number(),
  reward_high: z.number(),
  referee: z.number(),
  referee_low: z.number(),
  referee_high: z.number(),
});

const plotsSchema = z.strictObject({
  reward_comparison: z.strictObject({
    bars: z.array(z.strictObject({ model: z.string(), mean: z.number(), low: z.number(), high: z.number() })),
  }),
  reward_distributions: z.strictObject({
    bin_edges: z.array(z.number()).min(2),
    series: z.array(z.strictObject({ model: z.string(), counts: z.array(count) })),
  }),
  improvement_trajectory: z.strictObject({ points: z.array(trajectoryPointSchema) }),
  gold_trajectory: z.strictObject({ points: z.array(goldPointSchema) }).nullable(),
  referee_trajectory: z.strictObject({ points: z.array(refereePointSchema) }).optional(),
});

const promptSchema = z.strictObject({
  prompt_id: z.string(),
  prompt: z.string(),
  responses: z.array(
    z.strictObject({
      model: z.string(),
      text: z.string(),
      tokens: count,
      ended: z.boolean(),
      reward: z.number(),
      gold: share.nullable(),
      referee: z.number().optional(),
    }),
  ),
});

export const evaluationResultsSchema = z.strictObject({
  format: z.literal('whetstone-evaluation'),
  version: z.literal(1),
  settings: z.strictObject({
    seed: count,
    beta: z.number().positive(),
    bootstrap_samples: count,
    held_out_prompts: count,
    held_out_pairs: count,
    temperature: z.number().min(0),
    top_k: count,
    top_p: share,
    repetition_penalty: z.number().positive(),
    max_new_tokens: count,
  }),
  models: z.array(modelSchema).min(1),
  warnings: z.array(z.strictObject({ model: z.string(), message: z.string() })),
  plots: plotsSchema,
  prompts: z.array(promptSchema),
  /** Of the two reward models: how many held-out pairs they rank right, and how many pairs the referee learned from. */
  referee: z
    .strictObject({
      held_out_accuracy: share.nullable(),
      reward_held_out_accuracy: share.nullable(),
      training_pairs: count,
    })
    .optional(),
});

export type EvaluationResults = z.infer<typeof evaluationResultsSchema>;
export type ModelResults = EvaluationResults['models'][number];
export type PlotData = EvaluationResults['plots'];
export type GoldTrajectoryPoint = NonNullable<PlotData['gold_trajectory']>['points'][number];
export type RefereeTrajectoryPoint = NonNullable<PlotData['referee_trajectory']>['points'][number];
export type TrajectoryPoint = PlotData['improvement_trajectory']['points'][number];
export type PlotName = keyof PlotData;
