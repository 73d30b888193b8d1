/** The summary before the start, and estimates as people say them. */
import { expect, it } from 'vitest';
import type { RunCost, StageCost } from '../../../src/protocol/run-cost';
import type { StageKind } from '../../../src/protocol/run-state';
import { formatAbout } from '../../../src/ui/primitives/format';
import { runFacts } from '../../../src/ui/features/setup/run-facts';

it('says times as people do', () => {
  const times = [2, 42, 58, 400, 1490, 5390, 9300, 90_000, 200_000];
  expect(times.map(formatAbout)).toEqual([
    ...['a few seconds', 'about 40 s', 'about 1 min', 'about 7 min', 'about 25 min', 'about 90 min'],
    ...['about 2.5 h', 'about 25 h', 'about 2.5 days'],
  ]);
});

const stage = (kind: StageKind, steps: number | null, responses: number | null = null): StageCost => ({
  ...{ id: kind, kind, steps, responses, operations: { passes: 1e12, generation: 0 } },
});
const cost: RunCost = {
  ...{ trainedParameters: 4_505_600, trainPairs: 3000, refereePairs: 0, heldOutPairs: 200, heldOutPrompts: 100 },
  lengths: { prompt: 1, chosen: 1, rejected: 1, from: 'tokens' },
  stages: [
    ...[stage('sft', 0), stage('reward', 188), stage('generate', null, 4000), stage('train', 250)],
    ...[stage('evaluate', null, 300), stage('train', 281)],
  ],
  speed: { passes: { flopsPerSecond: 1e10, from: 'runs' }, generation: null },
};
const model = { name: 'TinyLlama', parameters: 1.1e9 };

it('sums up what will run', () => {
  const memory = {
    ...{ budgetBytes: 4e9, blocks: 22, refusal: null },
    stages: [{ kind: 'train' as const, bytes: 3.2e9, byCategory: {}, keptBlocks: 5 }],
  };
  expect(Object.fromEntries(runFacts({ model, recipe: { parameters: 'lora' }, cost, memory }))).toEqual({
    Model: 'TinyLlama',
    'Trained parameters': 'adapters, 4.5M beside 1.1B',
    'Trains on': '3,000',
    'Held out': '200 pairs, 100 prompts',
    Steps: 'Supervised fine-tuning: none, an adapter takes its place · Reward model 188 · DPO training 250 + 281',
    'Responses sampled': '4,300',
    Time: 'about 10 min',
    Memory: 'at most 3.2 GB (DPO training)',
  });
});

it('names a T4’s time where this GPU was not measured, and sums many rounds', () => {
  const stages = Array.from({ length: 6 }, () => stage('train', 10));
  const unknown = { ...cost, stages, speed: { passes: null, generation: null } };
  const facts = Object.fromEntries(runFacts({ model, recipe: { parameters: 'full' }, cost: unknown, memory: null }));
  expect(facts).toMatchObject({
    Steps: 'DPO training 60 in 6 rounds',
    Time: expect.stringMatching(/^not measured here/),
  });
  expect(facts).not.toHaveProperty('Memory');
});
