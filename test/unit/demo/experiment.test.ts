/** The figures of an experiment: gold scores by the judge, and the paired gain of the last round over SFT. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { experimentFigures, formatRows } from '../../../scripts/demo/experiment-figures';
import { readOptions } from '../../../scripts/demo/experiment-options';
import { folderStore } from '../../../scripts/demo/folder-store';
import { promptText } from '../../../src/demo/preference-pairs';
import { requestsByKind } from '../../../src/demo/world';
import { buildEvaluationResults, type EvaluatedModel } from '../../../src/evaluation/build-results';
import { recipePresets } from '../../../src/protocol/recipe';

const requests = [...requestsByKind().values()]
  .map(([first]) => first!)
  .filter(({ answer }) => answer.type === 'value');
const prompts = requests.map((request, i) => ({ id: String(i), text: promptText(request) }));

/** `right` of the requests are answered rightly, the others with nonsense. */
function modelOf(name: string, right: number): EvaluatedModel {
  const responses = requests.map((request, i) => ({
    promptId: String(i),
    text: ` ${i < right ? request.right[0]! : 'Blue.'}`,
    ids: [1, 2, 3],
    ended: true,
    reward: i < right ? 1 : 0,
    logpModel: -1,
    logpSft: -1.5,
  }));
  const pair = { chosen: -1, rejected: -2, reference: null, sft: { chosen: -1, rejected: -1 } };
  return { name, responses, heldOutPairs: [pair] };
}

describe('the figures of an experiment', () => {
  const results = buildEvaluationResults({
    models: [modelOf('base', 0), modelOf('sft', 2), modelOf('dpo_round1', requests.length)],
    prompts,
    seed: 1,
    beta: 0.1,
    bootstrapSamples: 50,
    decoding: { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, maxNewTokens: 8 },
  });
  const { rows, gain } = experimentFigures(results);

  it('have the judge for every model', () => {
    expect(requests.length).toBeGreaterThan(5);
    expect(rows.map(({ model }) => model)).toEqual(['base', 'sft', 'dpo_round1']);
    expect(rows.map(({ parts }) => parts.correctness)).toEqual([0, 2 / requests.length, 1]);
    expect(rows[2]).toMatchObject({ againstSft: 1, againstReference: null, endRate: 1 });
    expect(formatRows(rows)).toMatch(/^model +gold +correctness/);
  });

  it('compare the last round with SFT prompt by prompt', () => {
    expect(gain?.mean).toBeCloseTo(rows[2]!.gold - rows[1]!.gold, 12);
    expect(gain?.interval.low).toBeGreaterThan(0);
    expect(gain?.interval.high).toBeLessThanOrEqual(1);
  });
});

describe('the options of an experiment', () => {
  it('change settings of a preset, and refuse what the recipe refuses', () => {
    const { recipe, seeds } = readOptions(['--recipe', 'demo', '--seeds', '1,2', '--set', 'dpoEpochs=[2,1]']);
    expect(recipe).toEqual({ ...recipePresets.demo, dpoEpochs: [2, 1] });
    expect(seeds).toEqual([1, 2]);
    expect(() => readOptions(['--set', 'dpoBeta=-1'])).toThrow(/dpoBeta/);
    expect(() => readOptions(['--recipe', 'none'])).toThrow(/no such preset or file.*demo-quick/);
  });
});

describe('artifacts in a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'artifacts-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are found again by another store on it', async () => {
    const artifact = {
      key: 'abc',
      kind: 'sft' as const,
      round: 0,
      files: { 'a.bin': Uint8Array.of(1, 2, 3) },
      summary: { loss: 1 },
      notes: [],
      inputs: {},
      contentHash: 'x',
      samples: [],
      history: [],
    };
    expect(await folderStore(folder).get('abc')).toBeNull();
    await folderStore(folder).put(artifact);
    expect(await folderStore(folder).get('abc')).toMatchObject({ files: artifact.files, summary: { loss: 1 } });
  });
});
