/**
 * The stages of the origin preset on TinyLlama-1.1B as passes and decode steps, with mean lengths of HH-RLHF. Each piece of
 * work is counted once and multiplied.
 */
import type { Dispatch } from '../../../src/gpu/kernel';
import { defaultLoraTargets } from '../../../src/model/weight-specs';
import { pairTargets, responseTargets, type TargetSequence } from '../../../src/model/batch';
import { recipePresets } from '../../../src/protocol/recipe';
import type { TileChoice } from '../../../src/kernels/matmul/choice';
import { createCountedModel, type CountedModel } from '../../support/counted-model';
import { createCountingRuntime } from '../../support/counting-runtime';
import { tinyLlama } from '../../support/tiny-llama';
import { dispatchCost, noCost, plus, type Cost } from './t4';

/**
 * Mean tokens by Llama 2's tokeniser of the 2,211 pairs of HH-RLHF's harmless-base test split that fit 512 tokens, the
 * response with its end token.
 */
export const lengths = { prompt: 121, chosen: 41, rejected: 50 };

export const origin = recipePresets.origin;
export const lora = { rank: 16, alpha: 32, dropout: 0.05, targets: defaultLoraTargets(tinyLlama) };

/** Pairs of the origin's run. */
export const pairs = { original: 3000, rounds: [3956, 4437] };
export const slots = 16;
const newTokens = origin.maxNewTokens;

/** A T4's tiles: no dispatch is cut. */
export const tiles: TileChoice = {
  entries: {},
  fallback: {
    few: { tile: 'rows8', flopsPerSecond: 4e12 },
    many: { tile: 'block64x64', flopsPerSecond: 4e12 },
  },
};

interface Piece {
  cost: Cost;
  byKernel: ReadonlyMap<string, Cost>;
}

function pieces() {
  let seen: Dispatch[] = [];
  const runtime = createCountingRuntime((dispatch) => seen.push(dispatch));
  const model = createCountedModel({ runtime, config: tinyLlama, lora, software: false, tiles });
  return (work: (model: CountedModel) => void): Piece => {
    seen = [];
    work(model);
    const byKernel = new Map<string, Cost>();
    for (const dispatch of seen) {
      const { name } = dispatch.kernel;
      byKernel.set(name, plus(byKernel.get(name) ?? noCost, dispatchCost(dispatch)));
    }
    return { cost: [...byKernel.values()].reduce((sum, cost) => plus(sum, cost), noCost), byKernel };
  };
}

/** Different ids in each part, so that nothing but the prompt is shared. */
const ids = (count: number, first: number) => Array.from({ length: count }, (_, i) => first + i);
const pairOf = (prompt: number, chosen: number, rejected: number) =>
  pairTargets({ promptIds: ids(prompt, 10), chosenIds: ids(chosen, 1000), rejectedIds: ids(rejected, 3000) });

/** The work of which the stages are made, each counted once. */
export function countPieces() {
  const count = pieces();
  const { prompt, chosen, rejected } = lengths;
  const pair = [pairOf(prompt, chosen, rejected)];
  const alone = [[responseTargets(ids(prompt, 10), ids(chosen, 1000))]];
  const training = { training: true, keptBlocks: tinyLlama.layers };
  const forward = { training: false, keptBlocks: 0 };
  const logps = (groups: TargetSequence[][]) => ({ groups, readout: 'logps' as const });
  const states = (groups: TargetSequence[][]) => ({ groups, readout: 'states' as const });
  const samples = [pairOf(prompt, newTokens, newTokens)];
  const prompts = Array.from({ length: 4 }, (_, i) => [responseTargets(ids(prompt, 10 + 5000 * i), [5])]);
  return {
    sft: count((model) => model.pass({ ...logps(alone), ...training })),
    reward: count((model) => model.pass({ ...states(pair), ...training })),
    dpo: count((model) => model.pass({ ...logps(pair), ...training })),
    longPair: count((model) => model.pass({ ...logps([pairOf(1, 511, 511)]), ...training })),
    longPairRecomputed: count((model) =>
      model.pass({ ...logps([pairOf(1, 511, 511)]), training: true, keptBlocks: 0 }),
    ),
    reference: count((model) => model.pass({ ...logps(pair), ...forward })),
    score: count((model) => model.pass({ ...states(samples), ...forward })),
    prefill: count((model) => model.pass({ ...states(prompts), ...forward })),
    optimiser: count((model) => model.optimiserStep()),
    decode: count((model) => model.decodeStep(slots, origin.maxLength)),
  };
}

export interface Stage {
  name: string;
  cost: Cost;
  /** Minutes the origin reports; null where it gives none. */
  originMinutes: number | null;
}

/** @param generated prompts of a round; two samples each */
function generation(piece: ReturnType<typeof countPieces>, generated: number): Cost {
  const steps = ((generated * origin.samplesPerPrompt) / slots) * newTokens;
  const sampling = plus(plus(noCost, piece.prefill.cost, generated / 4), piece.decode.cost, steps);
  return plus(sampling, piece.score.cost, generated);
}

/** @param references frozen models whose log-probabilities of each pair are computed once */
function dpo(piece: ReturnType<typeof countPieces>, count: number, epochs: number, references: number): Cost {
  const steps = (count * epochs) / origin.batchSize;
  const trained = plus(plus(noCost, piece.dpo.cost, count * epochs), piece.optimiser.cost, steps);
  return plus(trained, piece.reference.cost, count * references);
}

export function originStages(piece = countPieces()): Stage[] {
  const { original, rounds } = pairs;
  const supervised = (pass: Cost) =>
    plus(plus(noCost, pass, original), piece.optimiser.cost, original / origin.batchSize);
  const [first, second] = rounds as [number, number];
  const [epochs1, epochs2] = origin.dpoEpochs as [number, number];
  const [prompts1, prompts2] = origin.promptsPerRound as [number, number];
  return [
    { name: 'SFT, 1 epoch', cost: supervised(piece.sft.cost), originMinutes: null },
    { name: 'reward model, 1 epoch', cost: supervised(piece.reward.cost), originMinutes: null },
    { name: `generation and scores 1, ${prompts1} x 2`, cost: generation(piece, prompts1), originMinutes: 60 },
    { name: `DPO 1, ${first} pairs x ${epochs1}`, cost: dpo(piece, first, epochs1, 1), originMinutes: 90 },
    { name: `generation and scores 2, ${prompts2} x 2`, cost: generation(piece, prompts2), originMinutes: 30 },
    { name: `DPO 2, ${second} pairs x ${epochs2}`, cost: dpo(piece, second, epochs2, 2), originMinutes: 90 },
  ];
}
