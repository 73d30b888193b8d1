/**
 * The part of evaluation_results.json that the page shows. The whole format is src/evaluation/results-schema.ts, which
 * the page may not import; a test keeps the two in agreement. Imports zod only.
 */
import { z } from 'zod';

const interval = z.object({ low: z.number(), high: z.number() });
const share = z.number();
const implicitRewards = z.object({ accuracy: share, margin: z.number() }).nullable();

const winRate = z.object({
  against: z.string(),
  win_rate: share,
  interval,
  length_controlled: share,
  length_controlled_interval: interval,
});

/** By the demo's built-in judge. Evaluations that were written before there was one have none. */
const gold = z.object({
  mean: z.number(),
  interval,
  correctness: share,
  politeness: share,
  safety: share,
  brevity: share,
  against_sft: z.object({ difference: z.number(), interval }).nullable(),
});

/** By the referee, a reward model of data that no stage trained on; only where the recipe keeps a half for it. */
const referee = z.object({
  mean: z.number(),
  std: z.number(),
  interval,
  win_rates: z.array(winRate),
  against_sft: z.object({ difference: z.number(), interval }).nullable(),
});

const evaluatedModel = z.object({
  name: z.string(),
  reward: z.object({ mean: z.number(), std: z.number(), interval }),
  response_length: z.object({ mean: z.number() }),
  end_token_rate: share,
  distinct_1: share,
  distinct_2: share,
  repetition: share,
  kl_from_sft: z.object({ per_response: z.number(), per_token: z.number() }).nullable(),
  implicit_rewards: z.object({ against_reference: implicitRewards, against_sft: implicitRewards }),
  win_rates: z.array(winRate),
  gold: gold.nullable().default(null),
  referee: referee.optional(),
});

/** A model's mean reward with its interval: what every trajectory has. */
const rewardPoint = z.object({
  model: z.string(),
  reward: z.number(),
  reward_low: z.number(),
  reward_high: z.number(),
});

const plots = z.object({
  reward_comparison: z.object({
    bars: z.array(z.object({ model: z.string(), mean: z.number(), low: z.number(), high: z.number() })),
  }),
  reward_distributions: z.object({
    bin_edges: z.array(z.number()).min(2),
    series: z.array(z.object({ model: z.string(), counts: z.array(z.number()) })),
  }),
  improvement_trajectory: z.object({
    points: z.array(
      rewardPoint.extend({
        win_rate: share.nullable(),
        length_controlled_win_rate: share.nullable(),
        implicit_accuracy: share.nullable(),
      }),
    ),
  }),
  gold_trajectory: z
    .object({
      points: z.array(rewardPoint.extend({ gold: share, gold_low: share, gold_high: share })),
    })
    .nullable()
    .default(null),
  referee_trajectory: z
    .object({
      points: z.array(rewardPoint.extend({ referee: z.number(), referee_low: z.number(), referee_high: z.number() })),
    })
    .optional(),
});

const answeredPrompt = z.object({
  prompt_id: z.string(),
  prompt: z.string(),
  responses: z.array(
    z.object({
      model: z.string(),
      text: z.string(),
      tokens: z.number(),
      ended: z.boolean(),
      reward: z.number(),
      gold: share.nullable().default(null),
      referee: z.number().optional(),
    }),
  ),
});

export const shownEvaluationSchema = z.object({
  settings: z.object({ held_out_prompts: z.number(), held_out_pairs: z.number(), bootstrap_samples: z.number() }),
  models: z.array(evaluatedModel),
  warnings: z.array(z.object({ model: z.string(), message: z.string() })),
  plots,
  prompts: z.array(answeredPrompt),
  /** How well the two reward models tell chosen from rejected on the same held-out pairs. */
  referee: z
    .object({
      held_out_accuracy: share.nullable(),
      reward_held_out_accuracy: share.nullable(),
      training_pairs: z.number(),
    })
    .optional(),
});

export type ShownEvaluation = z.infer<typeof shownEvaluationSchema>;
export type EvaluatedModel = ShownEvaluation['models'][number];
export type GoldFigures = z.infer<typeof gold>;
export type AnsweredPrompt = z.infer<typeof answeredPrompt>;
export type ShownWinRate = EvaluatedModel['win_rates'][number];
