import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recipePresets, type Recipe } from '../../../src/protocol/recipe';
import { CancelledError, DeviceError, InputError, TrainingError } from '../../../src/protocol/errors';
import { artifactKey } from '../../../src/rounds/artifact-key';
import type { StageControls } from '../../../src/rounds/stage-controls';
import { runStages, type StagePlan, type StageResult } from '../../../src/rounds/stage-runner';
import { dpoSettings } from '../../../src/rounds/settings';
import { inputStages, stagesOf, type StageSpec } from '../../../src/rounds/stages';
import {
  memoryCheckpoints,
  memoryStore,
  newestCheckpoint,
  notedHooks,
  type NotedHooks,
} from '../../support/memory-pipeline';

const recipe = { ...recipePresets.smoke, rounds: 1 };

/** A plan whose stages note that they ran; `work` may add to that. */
function plan(
  work: (stage: StageSpec, controls: StageControls) => Promise<Partial<StageResult> | void>,
  changes: Partial<Recipe> = {},
) {
  const planned = { ...recipe, ...changes };
  const ran: string[] = [];
  const stagePlan: StagePlan = {
    stages: stagesOf(planned),
    inputStages: (stage, omitted) => inputStages(stage, planned, omitted),
    sources: () => ({ model: 'm', dataset: 'd' }),
    keyOf: (stage, inputs) => artifactKey(stage, planned, inputs),
    checkpointEvery: 10,
    check: () => Promise.resolve(),
    causeOf: (failure) => Promise.resolve(failure),
    run: async (stage, inputs, load, controls) => {
      ran.push(stage.id);
      for (const id of Object.values(inputs)) expect((await load(id)).files[id]).toBeDefined();
      const result = await work(stage, controls);
      return { files: { [stage.id]: new TextEncoder().encode(stage.id) }, summary: {}, ...result };
    },
  };
  return { stagePlan, ran };
}

const settings = dpoSettings(recipe, 1);

/** Reports one step, as a trainer over 150 examples does. */
async function oneStep(controls: StageControls, step: number, metrics: Record<string, number>): Promise<void> {
  (await controls.train(150, settings)).onStep({ step, totalSteps: 50, metrics });
}

const all = ['sft', 'reward', 'round1.generate', 'round1.score', 'round1.train', 'round1.evaluate'];

describe('running stages', () => {
  it('runs them in order, each with the artifacts it needs, and stores every one', async () => {
    const [store, hooks] = [memoryStore(), notedHooks()];
    const { stagePlan, ran } = plan(async () => {});
    await runStages(stagePlan, store, hooks);
    expect(ran).toEqual(all);
    expect(store.artifacts.size).toBe(all.length);
    const train = hooks.artifacts.get('round1.train')?.artifact;
    expect(train?.inputs).toEqual({
      model: 'm',
      dataset: 'd',
      start: hooks.artifacts.get('sft')?.artifact.contentHash,
      reference: hooks.artifacts.get('sft')?.artifact.contentHash,
      sft: hooks.artifacts.get('sft')?.artifact.contentHash,
      pairs1: hooks.artifacts.get('round1.score')?.artifact.contentHash,
    });
  });

  it('skips what is there and shows its figures and curve', async () => {
    const store = memoryStore();
    const work = async (_stage: StageSpec, controls: StageControls) => {
      controls.note('a remark');
      await oneStep(controls, 1, { loss: 0.5, broken: NaN });
      return { summary: { pairs: 3, correlation: NaN } };
    };
    await runStages(plan(work).stagePlan, store, notedHooks());
    const again = plan(work);
    const hooks = notedHooks();
    await runStages(again.stagePlan, store, hooks);
    expect(again.ran).toEqual([]);
    const shown = { status: 'skipped', summary: { pairs: 3 }, notes: ['a remark'] };
    expect(hooks.stages.get('reward')).toMatchObject(shown);
    expect(hooks.curves.get('reward')).toEqual([{ step: 1, seconds: expect.any(Number), values: { loss: 0.5 } }]);
  });

  it('runs again what a different result reaches, and stops where results are the same as before', async () => {
    const store = memoryStore();
    await runStages(plan(async () => {}).stagePlan, store, notedHooks());
    for (const [key, artifact] of store.artifacts) if (artifact.files['sft']) store.artifacts.delete(key);
    const { stagePlan, ran } = plan(async (stage) =>
      stage.id === 'sft' ? { files: { sft: new Uint8Array([1]) } } : {},
    );
    await runStages(stagePlan, store, notedHooks());
    // Reward model and responses come out as they were, so the scores of the responses stand.
    expect(ran).toEqual(all.filter((id) => id !== 'round1.score'));
  });

  it('stops at a failure with stage and step, keeping what came before', async () => {
    const [store, hooks] = [memoryStore(), notedHooks()];
    const { stagePlan, ran } = plan(async (stage, controls) => {
      if (stage.id !== 'reward') return;
      await oneStep(controls, 4, { loss: 1 });
      throw new TrainingError('the loss is NaN', 5);
    });
    const failure = runStages(stagePlan, store, hooks);
    const expected = { name: 'TrainingError', message: 'the loss is NaN', stage: 'reward', step: 5 };
    await expect(failure).rejects.toMatchObject(expected);
    expect(ran).toEqual(['sft', 'reward']);
    expect(hooks.stages.get('reward')?.status).toBe('failed');
    expect([...hooks.artifacts.keys()]).toEqual(['sft']);
  });

  it('gives the last step to an error that does not know its own', async () => {
    const { stagePlan } = plan(async (_stage, controls) => {
      await oneStep(controls, 7, { loss: 1 });
      throw new Error('internal: oops');
    });
    const failure = runStages(stagePlan, memoryStore(), notedHooks());
    await expect(failure).rejects.toMatchObject({ stage: 'sft', step: 7 });
  });

  it.each(all)('can be cancelled in %s', async (where) => {
    const [store, hooks] = [memoryStore(), notedHooks()];
    const { stagePlan, ran } = plan(async (stage, controls) => {
      if (stage.id === where) hooks.gate.cancel();
      await controls.gate();
    });
    await expect(runStages(stagePlan, store, hooks)).rejects.toBeInstanceOf(CancelledError);
    expect(ran.at(-1)).toBe(where);
    expect(store.artifacts.size).toBe(all.indexOf(where));
    expect(hooks.stages.get(where)?.status).toBe('pending');
  });

  it('computes a result again that was damaged in the storage', async () => {
    const store = memoryStore();
    await runStages(plan(async () => {}).stagePlan, store, notedHooks());
    for (const { files } of store.artifacts.values()) files['reward']?.fill(0);
    const { stagePlan, ran } = plan(async () => {});
    await runStages(stagePlan, store, notedHooks());
    expect(ran).toEqual(['reward']);
  });
});

describe('an evaluation that is left out', () => {
  const three = { rounds: 3 };
  const ids = stagesOf({ ...recipe, ...three }).map(({ id }) => id);
  const inputsOf = (hooks: NotedHooks, id: string) => hooks.artifacts.get(id)?.artifact.inputs;

  it('is not made; the next has all models since the last that was', async () => {
    const hooks = notedHooks();
    hooks.omitted.add('round2.evaluate');
    const { stagePlan, ran } = plan(async () => {}, three);
    await runStages(stagePlan, memoryStore(), hooks);
    expect(ran).toEqual(ids.filter((id) => id !== 'round2.evaluate'));
    const hash = (id: string) => hooks.artifacts.get(id)?.artifact.contentHash;
    expect(inputsOf(hooks, 'round3.evaluate')).toEqual({
      ...{ model: 'm', dataset: 'd', reward: hash('reward'), sft: hash('sft'), policy: hash('round3.train') },
      ...{ policy2: hash('round2.train'), earlier: hash('round1.evaluate') },
    });
  });

  it('changes no key of what is trained, and none at all once it is included again', async () => {
    const [store, whole] = [memoryStore(), notedHooks()];
    await runStages(plan(async () => {}, three).stagePlan, store, whole);
    const keys = (hooks: NotedHooks) => new Map([...hooks.artifacts].map(([id, { artifact }]) => [id, artifact.key]));
    const without = notedHooks();
    without.omitted.add('round1.evaluate');
    const { stagePlan, ran } = plan(async () => {}, three);
    await runStages(stagePlan, store, without);
    // Round 3 finds the evaluation of round 2 as it was.
    expect(ran).toEqual(['round2.evaluate']);
    expect(whole.artifacts.get('round2.evaluate')?.artifact.inputs).toHaveProperty('earlier');
    const again = plan(async () => {}, three);
    const hooks = notedHooks();
    await runStages(again.stagePlan, store, hooks);
    expect(again.ran).toEqual([]);
    expect(keys(hooks)).toEqual(keys(whole));
  });

  it('counts for a stage that has not begun while the run works', async () => {
    const hooks = notedHooks();
    const { stagePlan, ran } = plan(async ({ id }) => {
      if (id === 'round1.train') hooks.omitted.add('round1.evaluate').add('round3.evaluate');
    }, three);
    await runStages(stagePlan, memoryStore(), hooks);
    expect(ran).toEqual(ids.filter((id) => id !== 'round1.evaluate' && id !== 'round3.evaluate'));
  });

  it('is made before the run ends when it is included after its turn, and the next one is made from it', async () => {
    const hooks = notedHooks();
    hooks.omitted.add('round1.evaluate');
    const { stagePlan, ran } = plan(async ({ id }) => {
      if (id === 'round3.train') hooks.omitted.clear();
    }, three);
    await runStages(stagePlan, memoryStore(), hooks);
    expect(ran.slice(-3)).toEqual(['round3.evaluate', 'round1.evaluate', 'round2.evaluate']);
    expect(inputsOf(hooks, 'round2.evaluate')).not.toHaveProperty('policy1');
  });
});

describe('a crash in training', () => {
  const vector = (value: number) => Float32Array.of(value, value);
  const stateAt = (step: number) => ({
    step,
    parameters: vector(step),
    firstMoment: vector(-step),
    secondMoment: vector(step * step),
  });
  const crash = () => Promise.reject(new Error('internal: crash'));

  /** 21 of 50 steps with a checkpoint after steps 10 and 20, then a crash. */
  async function crashed(checkpoints = memoryCheckpoints()) {
    const { stagePlan } = plan(async (_stage, controls) => {
      const hooks = await controls.train(150, settings);
      for (let step = 1; step <= 21; step++) {
        hooks.onStep({ step, totalSteps: 50, metrics: { loss: step } });
        if (step % 10 === 0) await hooks.onCheckpoint?.(stateAt(step));
      }
      return crash();
    });
    await expect(runStages(stagePlan, memoryStore(), notedHooks(checkpoints))).rejects.toThrow('crash');
    return checkpoints;
  }

  it('is resumed from the newest checkpoint, with the curve up to it and the place in the data', async () => {
    const checkpoints = await crashed();
    // 150 examples in batches of 16 are 10 steps an epoch.
    expect(JSON.parse(newestCheckpoint(checkpoints, 'sft')?.parts['cursor'] ?? '')).toMatchObject({
      step: 20,
      epoch: 2,
      position: 0,
      seed: settings.seed,
    });
    const hooks = notedHooks(checkpoints);
    const second = plan(async (stage, controls) => {
      const { resumeFrom, onStep } = await controls.train(150, settings);
      expect(resumeFrom).toEqual(stage.id === 'sft' ? stateAt(20) : undefined);
      if (stage.id === 'sft') onStep({ step: 21, totalSteps: 50, metrics: { loss: 21 } });
    });
    await runStages(second.stagePlan, memoryStore(), hooks);
    expect(hooks.curves.get('sft')?.map(({ step }) => step)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
    expect(checkpoints.stages.size).toBe(0);
  });

  it('begins again, with a note, where the data is not what it was', async () => {
    const checkpoints = await crashed();
    const hooks = notedHooks(checkpoints);
    const started: number[] = [];
    hooks.onStageStart = (stage, done) => {
      if (stage.id === 'sft') started.push(done);
      return Promise.resolve();
    };
    const { stagePlan } = plan(async (stage, controls) => {
      if (stage.id !== 'sft') return;
      expect((await controls.train(140, settings)).resumeFrom).toBeUndefined();
      expect(controls.points()).toEqual([]);
    });
    await runStages(stagePlan, memoryStore(), hooks);
    expect(started).toEqual([20, 0]);
    expect(hooks.stages.get('sft')?.notes).toEqual([expect.stringMatching(/another place in the data/)]);
    expect(hooks.artifacts.get('sft')?.artifact.notes).toEqual([]);
  });

  it('never carries on what a failing GPU computed', async () => {
    const { stagePlan } = plan(async (_stage, controls) => {
      await (await controls.train(150, settings)).onCheckpoint?.(stateAt(10));
    });
    stagePlan.check = () => Promise.reject(new DeviceError('wrong numbers'));
    const hooks = notedHooks();
    await expect(runStages(stagePlan, memoryStore(), hooks)).rejects.toThrow('wrong numbers');
    expect(hooks.checkpoints.stages.size).toBe(0);
  });

  it('is not caused by a full storage: the run goes on with one note', async () => {
    const hooks = notedHooks();
    hooks.checkpoints.write = () => Promise.reject(new InputError('The storage is full. Delete a run.'));
    const { stagePlan } = plan(async (stage, controls) => {
      if (stage.id !== 'sft') return;
      const { onCheckpoint } = await controls.train(150, settings);
      for (const step of [10, 20]) await onCheckpoint?.(stateAt(step));
    });
    await runStages(stagePlan, memoryStore(), hooks);
    expect(hooks.stages.get('sft')?.notes).toEqual([
      expect.stringMatching(/run goes on, but a checkpoint could not be written.*storage is full\. Delete a run/),
    ]);
    expect(hooks.artifacts.get('sft')?.artifact.notes).toEqual([]);
  });
});

describe('a crash in a stage of pieces', () => {
  const piece = z.array(z.number());

  it('does the finished pieces no second time', async () => {
    const checkpoints = memoryCheckpoints();
    const worked: string[] = [];
    const work = (pieces: number) =>
      plan(async (stage, controls) => {
        if (stage.id !== 'sft') return;
        controls.begin(9);
        const values: number[][] = [];
        for (let i = 1; i <= pieces; i++) {
          const compute = async () => {
            worked.push(`piece ${i}`);
            controls.progress(i);
            return [i / 3, -0];
          };
          values.push(await controls.once(`piece ${i}`, piece, compute));
        }
        if (pieces < 3) throw new Error('internal: crash');
        // What came from the checkpoint and what was computed now are the same to the bit: zero has lost its sign in both.
        expect(values.map(([, zero]) => Object.is(zero, 0))).toEqual([true, true, true]);
        expect(values.map(([value]) => value)).toEqual([1 / 3, 2 / 3, 1]);
      }).stagePlan;
    await expect(runStages(work(2), memoryStore(), notedHooks(checkpoints))).rejects.toThrow('crash');
    const hooks = notedHooks(checkpoints);
    const started: number[] = [];
    hooks.onStageStart = (_stage, done) => {
      started.push(done);
      return Promise.resolve();
    };
    await runStages(work(3), memoryStore(), hooks);
    expect(worked).toEqual(['piece 1', 'piece 2', 'piece 3']);
    expect(started[0]).toBe(2);
  });
});
