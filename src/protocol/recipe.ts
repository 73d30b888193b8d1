/**
 * The recipe: every setting of a run as flat, validated data, and the presets.
 * Shared by the page (forms) and the training worker (execution); holds no behaviour. Imports zod only.
 */
import { z } from 'zod';

const rate = z.number().positive().max(1);
const probability = z.number().min(0).max(1);
const count = z.number().int().min(1);
const perRound = <T extends z.ZodType>(item: T) => z.array(item).min(1);

/** Characters. */
export const maxRecipeName = 120;

/** Settings of a run. Lists named "per round" hold one value a round; the last one repeats for later rounds. */
export const recipeSchema = z
  .strictObject({
    name: z.string().min(1).max(maxRecipeName),
    seed: z.number().int().min(0).max(0xffffffff),
    /** DPO rounds after SFT and reward training. */
    rounds: z.number().int().min(0).max(50),
    /**
     * Optimiser steps, or batches of responses, between two checkpoints. A step of the 1.1B model takes 10 to 20 seconds on a
     * T4 and a checkpoint of its adapter about one: with 10, a crash loses three minutes and checkpoints cost under 1%.
     */
    checkpointEvery: count.default(10),
    /** Held-out prompts whose greedy answers are shown while SFT and DPO train. Changes no number. */
    watchedPrompts: z.number().int().min(0).max(8).default(3),
    /** Our own kernels over fp16 weights, or the same mathematics in stock tfjs ops and fp32: the slow reference. */
    engine: z.enum(['fused', 'definition']).default('fused'),
    /** GB (10^9 bytes) of GPU memory that the fused engine may take; changes its speed, and no number. */
    memoryBudgetGb: z.number().positive().max(1024).default(4),

    // data
    /** Preference pairs for training (0 = all that are left after the held-out split). */
    trainPairs: z.number().int().min(0),
    heldOutPairs: z.number().int().min(0),
    heldOutPrompts: count,
    /** Share of all prompts that their hash holds out, half of it for held-out pairs and half for held-out prompts. */
    heldOutShare: z.number().min(0).max(0.9).default(0.2),
    /** Train a referee reward model on half of the training prompts, which no other stage of the run trains on. */
    refereeHalf: z.boolean().default(false),
    /** Prompt plus response, in tokens. */
    maxLength: z.number().int().min(16).max(32768),
    /** How prompts given as message lists or HH transcripts become text: as HH text, or by the model's chat template. */
    promptFormat: z.enum(['hh', 'chat']),

    // what is trained
    parameters: z.enum(['lora', 'full']),
    loraRank: z.number().int().min(1).max(512),
    loraAlpha: z.number().positive(),
    loraDropout: probability.max(0.95),
    /** Module names as in PEFT; empty = the family's default (q,k,v,o_proj; GPT-2: attn.c_attn, attn.c_proj). */
    loraTargets: z.array(z.string().min(1)),
    /**
     * Compute every block again on the way back. When false, the fused engine keeps the activations of as many blocks as
     * the memory budget allows, the definitions those of all. Changes no number.
     */
    gradientCheckpointing: z.boolean(),

    // optimiser, all stages
    /** Effective batch: examples (SFT) or pairs (reward, DPO) of one optimiser step. */
    batchSize: count,
    /** Examples or pairs in one forward pass; batchSize is a multiple of it. */
    microBatchSize: count,
    weightDecay: z.number().min(0).max(1),
    adamBeta1: probability.max(0.9999),
    adamBeta2: probability.max(0.99999),
    adamEpsilon: z.number().positive(),
    maxGradNorm: z.number().positive(),
    schedule: z.enum(['linear', 'cosine', 'constant']),
    /** Share of a stage's steps in which the rate rises from 0. */
    warmupRatio: probability,

    // SFT
    sftLearningRate: rate,
    /** 0 leaves SFT out: the model as it is takes its place. */
    sftEpochs: z.number().int().min(0),
    /** Which tokens are targets: the response and its end token, or all tokens. */
    sftLossOn: z.enum(['response', 'all']),

    // reward model
    rewardBase: z.enum(['base', 'sft']),
    rewardLearningRate: rate,
    rewardEpochs: count,
    rewardHeadDropout: probability.max(0.95),
    rewardMargin: z.number().min(0),
    /** Weight of (r_chosen + r_rejected)^2, which keeps rewards centred on 0. */
    rewardCentring: z.number().min(0),

    // DPO
    dpoLearningRates: perRound(rate),
    dpoEpochs: perRound(count),
    dpoBeta: z.number().positive(),
    dpoLabelSmoothing: probability.max(0.499),
    dpoReference: z.enum(['previous', 'sft']),
    /** Also use LoRA dropout in reward and DPO training (off in TRL). */
    dropoutInPreferenceTraining: z.boolean(),
    /** Data of round i: original + all synthetic so far, original + the latest, or the latest synthetic only. */
    dpoMix: z.enum(['accumulate', 'latest', 'synthetic']),

    // generation
    promptsPerRound: perRound(count),
    samplesPerPrompt: z.number().int().min(2).max(64),
    temperatures: perRound(z.number().min(0).max(5)),
    /** 0 = off. */
    topK: z.number().int().min(0),
    topP: probability.positive(),
    repetitionPenalty: z.number().positive().max(10),
    maxNewTokens: count,
    generationBatchSize: count,

    // pairs
    pairPolicy: z.enum(['best-worst', 'best-second', 'best-random']),
    /** Smallest score difference that makes a pair, in standard deviations of the round's scores. */
    pairMinMargin: z.number().min(0),
    /** Keep responses that hit the length limit without an end token. */
    pairKeepTruncated: z.boolean(),
    /** Similarity (0 to 1) from which two responses count as near-identical. */
    pairMaxSimilarity: probability,
    pairSafetyRules: z.boolean(),
    pairLengthControl: z.boolean(),

    // evaluation
    evalTemperature: z.number().min(0).max(5),
    evalBootstrapSamples: count,
  })
  .superRefine((recipe, context) => {
    if (recipe.batchSize % recipe.microBatchSize !== 0) {
      context.addIssue({
        code: 'custom',
        path: ['microBatchSize'],
        message: `must divide batchSize (${recipe.batchSize})`,
      });
    }
    if (recipe.maxNewTokens >= recipe.maxLength) {
      context.addIssue({
        code: 'custom',
        path: ['maxNewTokens'],
        message: `must be under maxLength (${recipe.maxLength})`,
      });
    }
  });

export type Recipe = z.infer<typeof recipeSchema>;

const studio: Recipe = {
  name: 'studio',
  seed: 42,
  rounds: 2,
  checkpointEvery: 10,
  watchedPrompts: 3,
  engine: 'fused',
  memoryBudgetGb: 4,
  trainPairs: 3000,
  heldOutPairs: 200,
  heldOutPrompts: 100,
  heldOutShare: 0.2,
  refereeHalf: false,
  maxLength: 512,
  promptFormat: 'hh',
  parameters: 'lora',
  loraRank: 16,
  loraAlpha: 32,
  loraDropout: 0.05,
  loraTargets: [],
  gradientCheckpointing: false,
  batchSize: 16,
  microBatchSize: 2,
  weightDecay: 0,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-8,
  maxGradNorm: 1,
  schedule: 'cosine',
  warmupRatio: 0.1,
  sftLearningRate: 2e-4,
  sftEpochs: 1,
  sftLossOn: 'response',
  rewardBase: 'sft',
  rewardLearningRate: 1e-4,
  rewardEpochs: 1,
  rewardHeadDropout: 0.1,
  rewardMargin: 0,
  rewardCentring: 0.01,
  dpoLearningRates: [5e-6],
  dpoEpochs: [1],
  dpoBeta: 0.1,
  dpoLabelSmoothing: 0,
  dpoReference: 'previous',
  dropoutInPreferenceTraining: false,
  dpoMix: 'accumulate',
  promptsPerRound: [1000, 500],
  samplesPerPrompt: 4,
  temperatures: [0.9],
  topK: 0,
  topP: 0.95,
  repetitionPenalty: 1,
  maxNewTokens: 128,
  generationBatchSize: 16,
  pairPolicy: 'best-worst',
  pairMinMargin: 0.1,
  pairKeepTruncated: false,
  pairMaxSimilarity: 0.95,
  pairSafetyRules: true,
  pairLengthControl: false,
  evalTemperature: 0.7,
  evalBootstrapSamples: 1000,
};

/**
 * The embedded demo: a model of one million parameters and short texts, so rates are far higher than a large model's.
 * Tuned by `npm run demo:experiment`; docs/LOG.md has the figures.
 */
const demo: Recipe = {
  ...studio,
  name: 'demo',
  rounds: 3,
  trainPairs: 3600,
  heldOutPairs: 500,
  heldOutPrompts: 300,
  heldOutShare: 0.25,
  maxLength: 128,
  parameters: 'full',
  batchSize: 16,
  microBatchSize: 16,
  sftLearningRate: 3e-4,
  rewardLearningRate: 5e-4,
  rewardEpochs: 2,
  // A gentle first round leaves the second one something to gain; more of the third costs true quality.
  dpoLearningRates: [6e-5, 2e-4, 3e-5],
  dpoBeta: 0.3,
  dpoLabelSmoothing: 0.1,
  promptsPerRound: [200],
  samplesPerPrompt: 6,
  topP: 1,
  maxNewTokens: 48,
  generationBatchSize: 96,
  pairMinMargin: 0.3,
  pairLengthControl: true,
};

/**
 * The named starting points: the document the project began from, our defaults, a quick end-to-end check, and the recipes of
 * the embedded demo: whole, in short, and pushed too far.
 */
export const recipePresets: Readonly<
  Record<'origin' | 'studio' | 'smoke' | 'demo' | 'demo-quick' | 'demo-push', Recipe>
> = {
  studio,
  origin: {
    ...studio,
    name: 'origin',
    microBatchSize: 1,
    schedule: 'linear',
    warmupRatio: 0,
    rewardCentring: 0,
    dpoLearningRates: [5e-5, 3e-5],
    dpoEpochs: [3, 2],
    promptsPerRound: [1000, 500],
    samplesPerPrompt: 2,
    temperatures: [0.9, 0.85],
    topP: 1,
  },
  smoke: {
    ...studio,
    name: 'smoke',
    trainPairs: 64,
    heldOutPairs: 32,
    heldOutPrompts: 16,
    maxLength: 96,
    batchSize: 16,
    microBatchSize: 16,
    sftLearningRate: 2e-3,
    sftEpochs: 3,
    rewardLearningRate: 2e-3,
    rewardEpochs: 6,
    dpoLearningRates: [1e-3],
    dpoEpochs: [5],
    promptsPerRound: [24],
    samplesPerPrompt: 4,
    maxNewTokens: 32,
    generationBatchSize: 96,
    pairKeepTruncated: true,
    evalBootstrapSamples: 500,
  },
  demo,
  'demo-quick': {
    ...demo,
    name: 'demo-quick',
    rounds: 2,
    trainPairs: 560,
    heldOutPairs: 100,
    heldOutPrompts: 80,
    rewardEpochs: 1,
    rewardLearningRate: 8e-4,
    // Rates that fit so few pairs: twice as much costs true quality in the second round.
    dpoLearningRates: [6e-5, 1.5e-4],
    promptsPerRound: [80],
    samplesPerPrompt: 4,
  },
  // Only what the reward model judges, with nothing that holds back its liking for long answers, and far too much of it.
  'demo-push': {
    ...demo,
    name: 'demo-push',
    dpoMix: 'synthetic',
    dpoLearningRates: [1e-3],
    dpoEpochs: [4],
    dpoBeta: 0.05,
    dpoLabelSmoothing: 0,
    pairLengthControl: false,
  },
};

/** The value of a per-round list in round `round` (from 1); the last value repeats. */
export function ofRound<T>(values: readonly T[], round: number): T {
  const value = values[Math.min(round, values.length) - 1];
  if (value === undefined) throw new Error(`internal: no value for round ${round}`);
  return value;
}
