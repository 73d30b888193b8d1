/** The speed of an adapter: from runs like the one that is planned, else from its matmuls, else not known. */
import { describe, expect, it } from 'vitest';
import type { MeanTokens } from '../../../src/protocol/run-cost';
import { recipePresets } from '../../../src/protocol/recipe';
import type { AdapterSummary } from '../../../src/protocol/adapter';
import { matmulShare, measuredSpeed, stageSpeeds } from '../../../src/rounds/measured-speed';
import { runCost } from '../../../src/rounds/run-cost';
import type { RunRecord, StoredTiles } from '../../../src/storage/records';
import { runRecord, stageState } from '../../support/stored-records';
import { tinyLlama } from '../../support/tiny-llama';

const adapter: AdapterSummary = {
  ...{ vendor: 'nvidia', architecture: 'turing', description: 'T4', software: false, features: [], maxBufferSize: 1 },
};
const lengths: MeanTokens = { prompt: 120, chosen: 40, rejected: 50, from: 'tokens' };
const recipe = { ...recipePresets.studio, rounds: 1, memoryBudgetGb: 16 };
const subject = { adapter, modelId: 'm', engine: 'fused' as const, config: tinyLlama, lengths };
const counts = {
  ...{ kind: 'preference' as const, trainPairs: 3000, refereePairs: 0, heldOutPairs: 200, heldOutPrompts: 100 },
  roundPrompts: [1000],
};
const cost = runCost({ config: tinyLlama, recipe, counts, lengths, importedAdapter: false });

const tokensPerSecond = 500;
const curve = (factor = 1) =>
  [400, 500, 900].map((value, i) => ({ step: i + 1, values: { tokens_per_second: factor * value } }));

function ran(changes: Partial<RunRecord> = {}, state: Partial<RunRecord['state']> = {}): RunRecord {
  const stages = [
    stageState('sft', { status: 'done', history: curve() }),
    stageState('round1.generate', {
      ...{ kind: 'generate', round: 1, status: 'done', seconds: 100 },
      summary: { prompts: 1000, responses: 4000, mean_length: 40 },
    }),
  ];
  return { ...runRecord('r', { recipe, stages, ...state }), device: adapter, ...changes };
}

describe('speed from earlier runs', () => {
  it('gives back their own times', () => {
    const { passes, generation } = measuredSpeed([ran()], subject);
    expect([passes?.from, generation?.from]).toEqual(['runs', 'runs']);
    const sft = cost.stages[0]!.operations.passes / passes!.flopsPerSecond;
    // One epoch of prompt, response and end token.
    expect(sft).toBeCloseTo((3000 * (120 + 40 + 1)) / tokensPerSecond, 6);
    const generate = cost.stages.find(({ kind }) => kind === 'generate')!;
    expect(generate.operations.generation / generation!.flopsPerSecond).toBeCloseTo(100, 6);
  });

  it('counts only the same model, adapter and engine, and stages that computed', () => {
    const unknown = { passes: null, generation: null };
    expect(measuredSpeed([], subject)).toEqual(unknown);
    expect(measuredSpeed([ran({ device: { ...adapter, description: 'another' } })], subject)).toEqual(unknown);
    expect(measuredSpeed([ran({}, { modelId: 'n' })], subject)).toEqual(unknown);
    expect(measuredSpeed([ran()], { ...subject, engine: 'definition' })).toEqual(unknown);
    const skipped = ran().state.stages.map((stage) => ({ ...stage, history: [], status: 'skipped' as const }));
    expect(measuredSpeed([ran({}, { stages: skipped })], subject)).toEqual(unknown);
  });
});

it('the speed of a run’s stages is counted like its cost; stages taken from an earlier run are left out', () => {
  const { state } = ran();
  const scored = stageState('round1.score', { kind: 'score', round: 1, status: 'done', seconds: 50 });
  const stages = [
    ...state.stages,
    scored,
    stageState('reward', { kind: 'reward', status: 'skipped', history: curve() }),
  ];
  // As many new tokens as the cost expects, so that both count the same.
  const speeds = stageSpeeds({ ...state, stages }, tinyLlama, lengths);
  expect(speeds.map(({ stage, perSecond, unit }) => [stage, perSecond, unit])).toEqual([
    ['sft', tokensPerSecond, 'tokens'],
    ['round1.generate', 1600, 'tokens'],
    ['round1.score', 4000 / 50, 'responses'],
  ]);
  const operations = (id: string) => cost.stages.find((stage) => stage.id === id)!.operations;
  expect(speeds[0]?.flopsPerSecond).toBeCloseTo((operations('sft').passes * tokensPerSecond) / (3000 * 161), 0);
  expect(speeds[1]?.flopsPerSecond).toBeCloseTo(operations('round1.generate').generation / 100, 0);
  expect(speeds[2]?.flopsPerSecond).toBeCloseTo(operations('round1.score').passes / 50, 0);
});

describe('speed from matmuls', () => {
  const entry = (flopsPerSecond: number) => ({ tile: 'rows8', flopsPerSecond });
  const tiles: StoredTiles = {
    entries: { 'nt.packed.many': entry(4e12), 'nn.packed.many': entry(2e12), 'nt.packed.few': entry(1e12) },
    fallback: { few: entry(1), many: entry(1) },
  };

  it('is their mean by time, less what a pass spends elsewhere', () => {
    const { passes, generation } = measuredSpeed([ran({ tiles }, { modelId: 'other' })], subject);
    expect(passes).toEqual({ from: 'matmuls', flopsPerSecond: matmulShare.passes / ((1 / 4e12 + 1 / 2e12) / 2) });
    expect(generation).toEqual({ from: 'matmuls', flopsPerSecond: matmulShare.generation * 1e12 });
  });

  it('gives way to runs, and is none where the defaults were taken or for the definitions', () => {
    expect(measuredSpeed([ran({ tiles })], subject).passes?.from).toBe('runs');
    const defaults = ran({ tiles: { ...tiles, entries: {} } }, { modelId: 'other' });
    expect(measuredSpeed([defaults], subject).passes).toBeNull();
    const other = ran({ tiles }, { modelId: 'other' });
    expect(measuredSpeed([other], { ...subject, engine: 'definition' }).passes).toBeNull();
  });
});
