/** The playground's pure parts: which answer is being written, who can be asked, when the page follows, and its words. */
import { describe, expect, it } from 'vitest';
import { modelNameInRun, runOfModel } from '../../../src/protocol/model-name';
import { recipePresets } from '../../../src/protocol/recipe';
import type { RunState } from '../../../src/protocol/run-state';
import type { Turn } from '../../../src/store/playground';
import { blockedWords } from '../../../src/ui/features/playground/blocked-words';
import { examplesFor } from '../../../src/ui/features/playground/examples';
import { followsAfterScroll, isAtEnd } from '../../../src/ui/features/playground/follow-end';
import { rewardText } from '../../../src/ui/features/playground/reward-text';
import { modelsOfOthers } from '../../../src/ui/features/playground/run-models';
import { samplingSummary } from '../../../src/ui/features/playground/sampling-summary';
import { placesOf, progressOf } from '../../../src/ui/features/playground/turn-places';

const open = { text: '', tokens: 0, finished: null };
const finished = { text: 'x', tokens: 1, ended: true, stopped: false, cut: false, reward: 1, seconds: 1 };
const done = { text: 'x', tokens: 1, finished };

describe('answers, one after the other', () => {
  it('the second waits for the first, and is written after it', () => {
    const before = { answers: [open, open] };
    expect(progressOf(before, [0, 1], 0)).toEqual({ state: 'writing' });
    expect(progressOf(before, [0, 1], 1)).toEqual({ state: 'waiting', for: 0 });
    const between = { answers: [done, open] };
    expect(progressOf(between, [0, 1], 0)).toEqual({ state: 'idle' });
    expect(progressOf(between, [0, 1], 1)).toEqual({ state: 'writing' });
  });

  it('blindly, the one on the left comes first, whoever it is', () => {
    const turn: Pick<Turn, 'answers' | 'blind'> = {
      answers: [open, open],
      blind: { prompt: [], left: 1, vote: null },
    };
    expect(placesOf(turn)).toEqual([1, 0]);
    expect(progressOf(turn, placesOf(turn), 0)).toEqual({ state: 'waiting', for: 1 });
  });

  it('one that is not asked for does not wait', () => {
    expect(progressOf({ answers: [done, open] }, [1], 0)).toEqual({ state: 'idle' });
    expect(progressOf({ answers: [done, done] }, [], 1)).toEqual({ state: 'idle' });
  });
});

describe('models of other runs', () => {
  const run = (id: string, changes: Partial<RunState> = {}) =>
    ({
      ...{ id, modelId: 'm', recipe: recipePresets.studio },
      stages: [
        { id: 'sft', kind: 'sft', round: 0, status: 'done' },
        { id: 'round1.train', kind: 'train', round: 1, status: 'pending' },
      ],
      ...changes,
    }) as RunState;

  it('are those that runs on the same base have finished', () => {
    const others = [
      run('a'),
      run('b'),
      run('c', { modelId: 'another' }),
      run('d', { recipe: { ...recipePresets.studio, promptFormat: 'chat' } }),
    ];
    expect(recipePresets.studio.promptFormat).toBe('hh');
    expect(modelsOfOthers(run('a'), others)).toEqual(['run:b:sft']);
  });

  it('have names that tell the run', () => {
    expect(runOfModel(modelNameInRun('b', 'dpo_round2'))).toEqual({ runId: 'b', model: 'dpo_round2' });
    expect(['base', 'sft', 'adapter:x', 'run:b'].map(runOfModel)).toEqual([null, null, null, null]);
  });
});

it('the page is followed until the person scrolls up, and again from its end', () => {
  const end = { top: 500, below: 0 };
  const grown = { top: 500, below: 300 };
  const up = { top: 400, below: 400 };
  expect([isAtEnd(end), isAtEnd(grown)]).toEqual([true, false]);
  expect(followsAfterScroll(true, end, grown)).toBe(true);
  expect(followsAfterScroll(true, grown, up)).toBe(false);
  expect(followsAfterScroll(false, up, grown)).toBe(false);
  expect(followsAfterScroll(false, grown, { top: 790, below: 10 })).toBe(true);
});

it('rewards have three decimals and a real minus', () => {
  expect([0.744, -0.44, 12, -0.00001].map(rewardText)).toEqual(['0.744', '−0.440', '12.000', '0.000']);
});

it('a run that keeps the models from being asked is told by its status, with what can be done', () => {
  expect(blockedWords({ name: 'X', status: 'running' })).toMatch(
    /is using the GPU.*finished, have it stop after its stage, or cancel it and continue/,
  );
  expect(blockedWords({ name: 'X', status: 'paused' })).toMatch(/keeps its memory.*cancel it and continue/);
});

it('examples fit the demo’s town where its models are asked', () => {
  expect(examplesFor('Demo model')).not.toEqual(examplesFor('SmolLM2-135M'));
  expect(['Demo model', undefined].map((name) => examplesFor(name).length)).toEqual([3, 3]);
});

it('the sampling settings in one line leave out what is off', () => {
  const usual = { temperature: 0.7, topK: 0, topP: 0.95, repetitionPenalty: 1, maxNewTokens: 128, seed: 1 };
  expect(samplingSummary(usual)).toBe('temperature 0.7 · top-p 0.95 · 128 tokens');
  const other = { ...usual, temperature: 0, topK: 40, topP: 1, repetitionPenalty: 1.1, maxNewTokens: 1 };
  expect(samplingSummary(other)).toBe('temperature 0 · top-k 40 · repetition 1.1 · 1 token');
});
