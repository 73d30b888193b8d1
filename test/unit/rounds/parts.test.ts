import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/protocol/errors';
import { recipePresets, type Recipe } from '../../../src/protocol/recipe';
import { artifactKey } from '../../../src/rounds/artifact-key';
import { canonicalJson } from '../../../src/rounds/canonical-json';
import { cursorAfter } from '../../../src/rounds/data-cursor';
import { progressMeter } from '../../../src/rounds/progress';
import { choosePrompts } from '../../../src/rounds/run-data';
import { createGate } from '../../../src/rounds/run-gate';
import { promptParts } from '../../../src/rounds/sampled-responses';
import {
  dpoSettings,
  evaluationSettings,
  generationSettings,
  rewardSettings,
  sftSettings,
  stageSeed,
} from '../../../src/rounds/settings';
import {
  inputStages,
  newlyEvaluated,
  omittedBefore,
  pairStages,
  referenceStage,
  stagesOf,
} from '../../../src/rounds/stages';

const recipe = recipePresets.origin;

describe('stages', () => {
  it('are SFT and reward, then four a round', () => {
    const ids = stagesOf({ ...recipe, rounds: 2 }).map(({ id }) => id);
    expect(ids.slice(0, 3)).toEqual(['sft', 'reward', 'round1.generate']);
    expect(ids.slice(-2)).toEqual(['round2.train', 'round2.evaluate']);
    expect(ids.length).toBe(10);
  });

  it('without rounds are SFT, reward and the evaluation of base and SFT', () => {
    const stages = stagesOf({ ...recipe, rounds: 0 });
    expect(stages.map(({ id }) => id)).toEqual(['sft', 'reward', 'evaluate']);
    expect(inputStages(stages[2]!, recipe)).toEqual({ policy: 'sft', reward: 'reward', sft: 'sft' });
  });

  it('have a referee after the reward model only where data is kept for one', () => {
    const stages = stagesOf({ ...recipe, rounds: 1, refereeHalf: true });
    expect(stages.map(({ id }) => id).slice(1, 4)).toEqual(['reward', 'referee', 'round1.generate']);
    const evaluate = stages.at(-1)!;
    expect(inputStages(evaluate, { ...recipe, refereeHalf: true })).toMatchObject({ referee: 'referee' });
    expect(inputStages(evaluate, recipe)).not.toHaveProperty('referee');
    expect(inputStages(stages[2]!, { ...recipe, rewardBase: 'sft' })).toEqual({ start: 'sft' });
    expect(rewardSettings(recipe, 'referee')).toEqual({
      ...rewardSettings(recipe),
      seed: stageSeed(recipe, 'referee'),
    });
  });

  it('evaluate what the last evaluation before them has not met', () => {
    const evaluate = { id: 'round3.evaluate', kind: 'evaluate', round: 3 } as const;
    const omitting = (...rounds: number[]) =>
      inputStages(evaluate, recipe, new Set(rounds.map((round) => `round${round}.evaluate`)));
    const always = { policy: 'round3.train', reward: 'reward', sft: 'sft' };
    expect(omitting()).toEqual({ ...always, earlier: 'round2.evaluate' });
    expect(omitting(2)).toEqual({ ...always, policy2: 'round2.train', earlier: 'round1.evaluate' });
    expect(omitting(1)).toEqual(omitting());
    expect(omitting(1, 2)).toEqual({ ...always, policy1: 'round1.train', policy2: 'round2.train' });
    expect(omittedBefore(Object.keys(omitting(1, 2)))).toEqual(new Set(['round1.evaluate', 'round2.evaluate']));
    expect(newlyEvaluated(3, 0)).toEqual([null, 'sft', 'round1.train', 'round2.train', 'round3.train']);
    expect(newlyEvaluated(3, 3)).toEqual(['round2.train', 'round3.train']);
    expect(newlyEvaluated(0, 0)).toEqual([null, 'sft']);
  });

  it('take pairs and reference as the recipe says', () => {
    const pairs = (dpoMix: Recipe['dpoMix']) => Object.values(pairStages({ ...recipe, dpoMix }, 3));
    expect(pairs('accumulate')).toEqual(['round1.score', 'round2.score', 'round3.score']);
    expect(pairs('latest')).toEqual(['round3.score']);
    expect(referenceStage({ ...recipe, dpoReference: 'previous' }, 1)).toBe('sft');
    expect(referenceStage({ ...recipe, dpoReference: 'previous' }, 3)).toBe('round2.train');
    expect(referenceStage({ ...recipe, dpoReference: 'sft' }, 3)).toBe('sft');
  });
});

describe('the data cursor', () => {
  const order = { seed: 7, batchSize: 4, epochs: 3 };

  it('says epoch and place in it, an epoch of 10 examples having three steps', () => {
    const places = [0, 1, 2, 3, 4, 9].map((step) => {
      const { epoch, position } = cursorAfter(step, 10, order);
      return [epoch, position];
    });
    expect(places).toEqual([
      [0, 0],
      [0, 4],
      [0, 8],
      [1, 0],
      [1, 4],
      [3, 0],
    ]);
  });

  it('carries the generator and its seed', () => {
    expect(cursorAfter(1, 10, order)).toMatchObject({
      generator: 'philox2x32-10',
      seed: 7,
      examples: 10,
      batchSize: 4,
    });
  });
});

describe('prompts in parts', () => {
  it('are in order of length, the same for the same prompts', () => {
    expect(promptParts([[1, 2, 3], [9], [4, 5], [7]], 2)).toEqual([
      [3, 1],
      [2, 0],
    ]);
  });

  it('never split equal prompts, whose samples depend on each other', () => {
    const parts = promptParts([[5], [1], [5], [5], [6]], 2);
    expect(parts).toEqual([[1, 0, 2, 3], [4]]);
  });
});

describe('settings', () => {
  it('follow the per-round lists, the last value repeating', () => {
    expect([1, 2, 3].map((round) => dpoSettings(recipe, round).learningRate)).toEqual([5e-5, 3e-5, 3e-5]);
    expect([1, 2, 3].map((round) => generationSettings(recipe, round, [2]).temperature)).toEqual([0.9, 0.85, 0.85]);
  });

  it('have LoRA dropout in SFT, in DPO only when asked for, and never for full parameters', () => {
    const dropouts = (changes: Partial<Recipe>) => {
      const changed = { ...recipe, ...changes };
      return [sftSettings(changed).dropout, dpoSettings(changed, 1).dropout];
    };
    expect(dropouts({})).toEqual([0.05, 0]);
    expect(dropouts({ dropoutInPreferenceTraining: true })).toEqual([0.05, 0.05]);
    expect(dropouts({ parameters: 'full', dropoutInPreferenceTraining: true })).toEqual([0, 0]);
  });

  it('seed every stage differently, evaluation alike in all rounds', () => {
    const seeds = stagesOf({ ...recipe, rounds: 3 }).map(({ id }) => stageSeed(recipe, id));
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
    expect(evaluationSettings(recipe, [2])).toEqual(evaluationSettings({ ...recipe, rounds: 9 }, [2]));
  });
});

describe('artifact keys', () => {
  const key = (id: string, changes: Partial<Recipe> = {}, inputs = { model: 'm' }) => {
    const changed = { ...recipe, ...changes };
    const stage = stagesOf(changed).find((candidate) => candidate.id === id);
    if (!stage) throw new Error(id);
    return artifactKey(stage, changed, inputs);
  };

  it('change with what the stage reads and with its inputs', async () => {
    const before = await key('sft');
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await key('sft')).toBe(before);
    for (const changes of [{ seed: 1 }, { sftLearningRate: 1e-3 }, { loraRank: 8 }, { maxLength: 256 }]) {
      expect(await key('sft', changes)).not.toBe(before);
    }
    expect(await key('sft', {}, { model: 'other' })).not.toBe(before);
  });

  it('do not change with what it does not read', async () => {
    for (const changes of [{ name: 'x' }, { rounds: 5 }, { dpoLearningRates: [1e-3] }, { evalTemperature: 0 }]) {
      expect(await key('sft', changes)).toBe(await key('sft'));
    }
    expect(await key('round1.train', { dpoLearningRates: [5e-5, 9e-5] })).toBe(await key('round1.train'));
    expect(await key('round2.train', { dpoLearningRates: [5e-5, 9e-5] })).not.toBe(await key('round2.train'));
  });

  it('of every stage change with the engine, and of none with the memory that it may take', async () => {
    for (const { id } of stagesOf({ ...recipe, rounds: 1 })) {
      expect(await key(id, { engine: 'definition' }), id).not.toBe(await key(id));
      expect(await key(id, { memoryBudgetGb: 12, gradientCheckpointing: true }), id).toBe(await key(id));
    }
  });

  it('tell that earlier rounds used up other prompts', async () => {
    expect(await key('round2.generate', { promptsPerRound: [900, 500] })).not.toBe(await key('round2.generate'));
    expect(await key('round1.generate', { promptsPerRound: [1000, 900] })).toBe(await key('round1.generate'));
  });
});

describe('prompts of the rounds', () => {
  const fresh = ['a', 'b', 'c', 'd', 'e'];
  const trained = ['x', 'y', 'z'];
  const of = (promptsPerRound: number[], round: number) => choosePrompts(fresh, trained, { promptsPerRound }, round);

  it('are fresh as long as there are any', () => {
    expect(of([2], 1)).toEqual({ prompts: ['a', 'b'], notes: [] });
    expect(of([2], 2)).toEqual({ prompts: ['c', 'd'], notes: [] });
    expect(of([3, 2], 2)).toEqual({ prompts: ['d', 'e'], notes: [] });
  });

  it('then come from training, noted, and go round', () => {
    expect(of([2], 3).prompts).toEqual(['e', 'x']);
    expect(of([2], 3).notes[0]).toMatch(/only 1 fresh prompts were left; 1 are prompts of the training pairs/);
    expect(of([2], 4).prompts).toEqual(['y', 'z']);
    expect(of([2], 5).prompts).toEqual(['x', 'y']);
  });

  it('are never repeated within a round, even when the round asks for more than there are', () => {
    const { prompts, notes } = of([20], 1);
    expect(prompts).toEqual([...fresh, ...trained]);
    expect(notes[1]).toMatch(/8 prompts instead of 20/);
  });
});

describe('the gate', () => {
  it('holds while paused, and its clock stands still', async () => {
    let now = 0;
    const gate = createGate(() => now);
    await gate.wait();
    now = 100;
    gate.pause();
    let passed = false;
    const waiting = gate.wait().then(() => (passed = true));
    now = 500;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([passed, gate.workedMs()]).toEqual([false, 100]);
    gate.resume();
    await waiting;
    now = 550;
    expect([passed, gate.workedMs()]).toEqual([true, 150]);
  });

  it('rejects after cancelling, also who waits in a pause', async () => {
    const gate = createGate(() => 0);
    gate.pause();
    const waiting = gate.wait();
    gate.cancel();
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
    gate.resume();
    await expect(gate.wait()).rejects.toBeInstanceOf(CancelledError);
  });
});

describe('time left', () => {
  it('is unknown until two units are done, then from the speed of this session', () => {
    let now = 0;
    const meter = progressMeter(() => now);
    meter.begin(30, 20);
    meter.update(21);
    now = 1000;
    expect(meter.read()).toEqual({ done: 21, total: 30, seconds: 1, secondsLeft: null });
    now = 4000;
    meter.update(22);
    expect(meter.read().secondsLeft).toBe(16);
  });
});

describe('canonical JSON', () => {
  it('depends on the value alone', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });
});
