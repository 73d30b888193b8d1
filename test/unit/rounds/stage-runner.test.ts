import { describe, expect, it } from 'vitest';
import { recipePresets } from '../../../src/protocol/recipe';
import { CancelledError, TrainingError } from '../../../src/protocol/errors';
import { artifactKey } from '../../../src/rounds/artifact-key';
import { runStages, type StageControls, type StagePlan, type StageResult } from '../../../src/rounds/stage-runner';
import { inputStages, stagesOf, type StageSpec } from '../../../src/rounds/stages';
import { memoryStore, notedHooks } from '../../support/memory-pipeline';

const recipe = { ...recipePresets.smoke, rounds: 1 };

/** A plan whose stages note that they ran; `work` may add to that. */
function plan(work: (stage: StageSpec, controls: StageControls) => Promise<Partial<StageResult> | void>) {
  const ran: string[] = [];
  const stagePlan: StagePlan = {
    stages: stagesOf(recipe),
    inputStages: (stage) => inputStages(stage, recipe),
    sources: () => ({ model: 'm', dataset: 'd' }),
    keyOf: (stage, inputs) => artifactKey(stage, recipe, inputs),
    run: async (stage, load, controls) => {
      ran.push(stage.id);
      for (const id of Object.values(inputStages(stage, recipe))) expect((await load(id)).files[id]).toBeDefined();
      const result = await work(stage, controls);
      return { files: { [stage.id]: new TextEncoder().encode(stage.id) }, summary: {}, ...result };
    },
  };
  return { stagePlan, ran };
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
      controls.training.onStep({ step: 1, totalSteps: 1, metrics: { loss: 0.5, broken: NaN } });
      return { summary: { pairs: 3, correlation: NaN } };
    };
    await runStages(plan(work).stagePlan, store, notedHooks());
    const again = plan(work);
    const hooks = notedHooks();
    await runStages(again.stagePlan, store, hooks);
    expect(again.ran).toEqual([]);
    const shown = { status: 'skipped', summary: { pairs: 3 }, notes: ['a remark'] };
    expect(hooks.stages.get('reward')).toMatchObject(shown);
    expect(hooks.curves.get('reward')).toEqual([{ step: 1, values: { loss: 0.5 } }]);
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
      controls.training.onStep({ step: 4, totalSteps: 9, metrics: { loss: 1 } });
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
      controls.training.onStep({ step: 7, totalSteps: 9, metrics: { loss: 1 } });
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

  it('hands a checkpoint to the trainer, with the curve up to it, and only under the same key', async () => {
    const checkpoints: ReturnType<typeof notedHooks>['checkpoints'] = new Map();
    const state = {
      step: 20,
      parameters: Float32Array.of(1),
      firstMoment: Float32Array.of(2),
      secondMoment: Float32Array.of(3),
    };
    const first = plan(async (_stage, controls) => {
      for (let step = 1; step <= 21; step++) {
        controls.training.onStep({ step, totalSteps: 30, metrics: { loss: step } });
        if (step === 20) await controls.training.onCheckpoint?.(state);
      }
      throw new Error('internal: crash');
    });
    await expect(runStages(first.stagePlan, memoryStore(), notedHooks(checkpoints))).rejects.toThrow('crash');
    const hooks = notedHooks(checkpoints);
    const second = plan(async (stage, controls) => {
      expect(controls.training.resumeFrom).toEqual(stage.id === 'sft' ? state : undefined);
      if (stage.id === 'sft') controls.training.onStep({ step: 21, totalSteps: 30, metrics: { loss: 21 } });
    });
    await runStages(second.stagePlan, memoryStore(), hooks);
    expect(hooks.curves.get('sft')?.map(({ step }) => step)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
  });
});
