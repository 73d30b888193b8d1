/**
 * The embedded demo on a T4, on paper: its model trained in all weights, its own tokeniser's mean lengths, and its recipe. With
 * one million parameters it is the starting of dispatches that takes the time.
 */
import { readFileSync } from 'node:fs';
import type { Dispatch } from '../../../src/gpu/kernel';
import { pairTargets, responseTargets, type TargetSequence } from '../../../src/model/batch';
import { parseModelConfig } from '../../../src/model/parse-config';
import { ofRound, recipePresets } from '../../../src/protocol/recipe';
import { createCountedModel, type CountedModel } from '../../support/counted-model';
import { createCountingRuntime } from '../../support/counting-runtime';
import { tiles, type Stage } from './stages';
import { dispatchCost, noCost, plus, type Cost } from './t4';

export const demo = recipePresets.demo;
export const demoConfig = parseModelConfig(
  JSON.parse(readFileSync(new URL('../../../public/demo/model/config.json', import.meta.url), 'utf8')),
  'config.json',
);

/** Mean tokens of the demo's 7,305 pairs by its tokeniser, the response with its end token. */
export const demoLengths = { prompt: 11, chosen: 18, rejected: 18 };
/** Held-out prompts and pairs that are there (the recipe asks for 300 and 500). */
const evaluated = { prompts: 300, pairs: 500 };

/** Text `i` of a batch: ids that nothing else of it has, below the vocabulary's end by wrapping around. */
const ids = (count: number, first: number) => Array.from({ length: count }, (_, i) => (first * 64 + i) % 1000);

function batch(size: number, make: (i: number) => TargetSequence[]): TargetSequence[][] {
  return Array.from({ length: size }, (_, i) => make(i));
}

export function demoStages(): Stage[] {
  let cost = noCost;
  const runtime = createCountingRuntime((dispatch: Dispatch) => (cost = plus(cost, dispatchCost(dispatch))));
  const model = createCountedModel({ runtime, config: demoConfig, lora: null, software: false, tiles });
  const count = (work: (model: CountedModel) => void): Cost => {
    cost = noCost;
    work(model);
    return cost;
  };
  const { prompt, chosen, rejected } = demoLengths;
  const { microBatchSize, generationBatchSize: slots, samplesPerPrompt } = demo;
  const pair = (i: number) =>
    pairTargets({
      promptIds: ids(prompt, 3 * i),
      chosenIds: ids(chosen, 3 * i + 1),
      rejectedIds: ids(rejected, 3 * i + 2),
    });
  const pairs = batch(microBatchSize, pair);
  const alone = batch(microBatchSize, (i) => [responseTargets(ids(prompt, 2 * i), ids(chosen, 2 * i + 1))]);
  const training = { training: true, keptBlocks: demoConfig.layers };
  const forward = { training: false, keptBlocks: 0 };
  const piece = {
    sft: count((one) => one.pass({ groups: alone, readout: 'logps', ...training })),
    reward: count((one) => one.pass({ groups: pairs, readout: 'states', ...training })),
    dpo: count((one) => one.pass({ groups: pairs, readout: 'logps', ...training })),
    reference: count((one) => one.pass({ groups: pairs, readout: 'logps', ...forward })),
    scores: count((one) => one.pass({ groups: pairs, readout: 'states', ...forward })),
    prefill: count((one) => one.pass({ groups: alone, readout: 'states', ...forward })),
    optimiser: count((one) => one.optimiserStep()),
    decode: count((one) => one.decodeStep(slots, demo.maxLength)),
  };
  /** Steps of one micro-batch each. */
  const steps = (pass: Cost, examples: number): Cost => {
    const number = examples / demo.batchSize;
    const passes = demo.batchSize / microBatchSize;
    return plus(plus(noCost, pass, number * passes), piece.optimiser, number);
  };
  /** Responses of mean length in full slots, and the last ones to the limit; then their scores. */
  const generated = (prompts: number, samples: number): Cost => {
    const responses = prompts * samples;
    const decoded = (responses / slots) * chosen + demo.maxNewTokens;
    const prefilled = plus(plus(noCost, piece.prefill, prompts / microBatchSize), piece.decode, decoded);
    return plus(prefilled, piece.scores, responses / (2 * microBatchSize));
  };
  const passesOver = (pass: Cost, examples: number) => plus(noCost, pass, examples / microBatchSize);
  const rounds = Array.from({ length: demo.rounds }, (_, i): Stage[] => {
    const round = i + 1;
    const prompts = ofRound(demo.promptsPerRound, round);
    const trained = demo.trainPairs + round * prompts;
    const frozen = round === 1 ? 1 : 2;
    const models = round === 1 ? 3 : 1;
    const evaluation = plus(generated(evaluated.prompts * models, 1), passesOver(piece.reference, evaluated.pairs), 3);
    const training = steps(piece.dpo, trained * ofRound(demo.dpoEpochs, round));
    return [
      { name: `round ${round}: responses and scores`, cost: generated(prompts, samplesPerPrompt), originMinutes: null },
      {
        name: `round ${round}: DPO`,
        cost: plus(training, passesOver(piece.reference, trained), frozen),
        originMinutes: null,
      },
      { name: `round ${round}: evaluation`, cost: evaluation, originMinutes: null },
    ];
  });
  return [
    { name: 'SFT', cost: steps(piece.sft, demo.trainPairs * demo.sftEpochs), originMinutes: null },
    { name: 'reward model', cost: steps(piece.reward, demo.trainPairs * demo.rewardEpochs), originMinutes: null },
    ...rounds.flat(),
  ];
}
