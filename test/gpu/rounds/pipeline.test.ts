/** Whole runs of the pipeline with the real engine on Dawn: a tiny golden model, generated preferences. */
import { beforeAll, expect, it } from 'vitest';
import { openDevice } from '../../../src/gpu/device';
import { startBackend, type Backend } from '../../../src/ops/backend';
import type { Recipe } from '../../../src/protocol/recipe';
import { stageOutputs } from '../../../src/rounds/outputs';
import { runPipeline, type PipelineInput } from '../../../src/rounds/pipeline';
import { stagesOf } from '../../../src/rounds/stages';
import { openDawn } from '../../support/dawn';
import {
  memoryStore,
  newestCheckpoint,
  notedHooks,
  type MemoryStore,
  type NotedHooks,
} from '../../support/memory-pipeline';
import { describeWith } from '../../support/needs';
import { goldenFiles, tinyRecipe, tinySources } from '../../support/tiny-run';

const recipe = tinyRecipe;

let backend: Backend;
let sources: Omit<PipelineInput, 'recipe' | 'backend' | 'store' | 'hooks'>;

const never = new Promise<never>(() => {});

const run = async (
  changes: Partial<Recipe>,
  store: MemoryStore,
  hooks: NotedHooks,
  more: Partial<PipelineInput> = {},
) => {
  const changed = { ...recipe, ...changes };
  await runPipeline({ ...sources, recipe: changed, backend, store, hooks, ...more });
  return hooks;
};

/** A run that is cancelled as soon as the stage `end` begins. */
const runUntil = async (end: string, ...[changes, store, hooks, more]: Parameters<typeof run>) => {
  hooks.after = (stage) => {
    if (stage.id === end) hooks.gate.cancel();
  };
  await expect(run(changes, store, hooks, more)).rejects.toMatchObject({ name: 'CancelledError' });
  return hooks;
};

/** Every output of a run by path, as text that compares bytes. */
function outputsOf(hooks: NotedHooks, changes: Partial<Recipe> = {}): Map<string, string> {
  const changed = { ...recipe, ...changes };
  const outputs = new Map<string, string>();
  for (const stage of stagesOf(changed)) {
    const noted = hooks.artifacts.get(stage.id);
    if (!noted) continue;
    for (const [path, bytes] of Object.entries(stageOutputs(stage, noted.artifact, changed))) {
      outputs.set(path, Buffer.from(bytes).toString('latin1'));
    }
  }
  return outputs;
}

describeWith(['lavapipe'], 'a tiny run on lavapipe', () => {
  const store = memoryStore();
  let first: NotedHooks;

  beforeAll(async () => {
    backend = await startBackend(await openDevice(openDawn('lavapipe')));
    sources = { ...(await tinySources()), lost: never };
    first = await run({}, store, notedHooks());
  });

  it('goes through all stages and gives every output', () => {
    expect([...first.stages.values()].map(({ id, status }) => `${id} ${status}`)).toEqual(
      stagesOf(recipe).map(({ id }) => `${id} done`),
    );
    expect([...outputsOf(first).keys()].toSorted()).toEqual(
      [
        'sft_model/adapter_config.json',
        'sft_model/adapter_model.safetensors',
        'reward_model/adapter_config.json',
        'reward_model/adapter_model.safetensors',
        'reward_model/reward_head.safetensors',
        'dpo_round1/adapter_config.json',
        'dpo_round1/adapter_model.safetensors',
        'dpo_round2/adapter_config.json',
        'dpo_round2/adapter_model.safetensors',
        'synthetic_preferences.json',
        'synthetic_preferences_round2.json',
        'evaluation_results.json',
        'plots/reward_comparison.png',
        'plots/reward_distributions.png',
        'plots/improvement_trajectory.png',
      ].toSorted(),
    );
  });

  it('starts every DPO round at ln 2 and counts its steps without a gap', () => {
    for (const id of ['round1.train', 'round2.train']) {
      const curve = first.curves.get(id) ?? [];
      expect(curve[0]?.values.loss).toBeCloseTo(Math.LN2, 4);
      expect(curve.map(({ step }) => step)).toEqual(curve.map((_, i) => i + 1));
    }
  });

  it('evaluates all models on the same prompts, and keeps what it found about earlier ones', () => {
    const text = outputsOf(first).get('evaluation_results.json') ?? '';
    const results: { models: { name: string }[] } = JSON.parse(text);
    expect(results.models.map(({ name }) => name)).toEqual(['base', 'sft', 'dpo_round1', 'dpo_round2']);
    const early = Buffer.from(first.artifacts.get('round1.evaluate')?.artifact.files['models.json'] ?? []).toString();
    const late = Buffer.from(first.artifacts.get('round2.evaluate')?.artifact.files['models.json'] ?? []).toString();
    expect(JSON.parse(late).slice(0, 3)).toEqual(JSON.parse(early));
  });

  it('finds the same in round 2 when the evaluation of round 1 was left out', async () => {
    const own = memoryStore();
    for (const [id, { artifact }] of first.artifacts) if (id !== 'round1.evaluate') await own.put(artifact);
    const hooks = notedHooks();
    hooks.omitted.add('round1.evaluate');
    await run({}, own, hooks);
    const computed = [...hooks.artifacts].filter(([, { skipped }]) => !skipped).map(([id]) => id);
    expect(computed).toEqual(['round2.evaluate']);
    const [whole, late] = [first, hooks].map(({ artifacts }) => artifacts.get('round2.evaluate')?.artifact);
    // Every file, figure and note; the key and the inputs by role differ, and so do how many responses were computed, and when.
    const { files, contentHash, summary, notes } = whole!;
    expect(late).toMatchObject({ contentHash, summary, notes });
    expect(late?.files).toEqual(files);
    expect(late?.key).not.toBe(whole?.key);
    const { earlier: _, ...others } = whole!.inputs;
    expect(late?.inputs).toEqual({ ...others, policy1: first.artifacts.get('round1.train')?.artifact.contentHash });
    const responses = [first, hooks].map(({ stages }) => stages.get('round2.evaluate')?.total);
    expect(responses).toEqual([recipe.heldOutPrompts, 4 * recipe.heldOutPrompts]);
  });

  it('frees everything after the run', () => {
    backend.releaseUnused();
    expect(backend.memory()).toMatchObject({ tensors: 0, bytesInUse: 0 });
  });

  it('skips every stage when its artifact is there', async () => {
    const again = await run({}, store, notedHooks());
    expect([...again.artifacts.values()].every(({ skipped }) => skipped)).toBe(true);
    expect([...again.stages.values()].every(({ status }) => status === 'skipped')).toBe(true);
    expect(outputsOf(again)).toEqual(outputsOf(first));
  });

  it('trains again only what a changed setting reaches', async () => {
    const changed = await run({ dpoLearningRates: [1e-3, 2e-3] }, store, notedHooks());
    const computed = [...changed.artifacts].filter(([, { skipped }]) => !skipped).map(([id]) => id);
    expect(computed).toEqual(['round2.train', 'round2.evaluate']);
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const same = await run({ rounds: 1 }, memoryStore(), notedHooks());
    const expected = outputsOf(first, { rounds: 1 });
    for (const [path, bytes] of outputsOf(same, { rounds: 1 })) {
      // Evaluation and plots of the first run are those of its second round.
      if (path !== 'evaluation_results.json' && !path.startsWith('plots/'))
        expect(bytes === expected.get(path), path).toBe(true);
    }
    expect(same.artifacts.get('round1.evaluate')?.artifact.files).toEqual(
      first.artifacts.get('round1.evaluate')?.artifact.files,
    );
    const other = await runUntil('reward', { seed: 43 }, memoryStore(), notedHooks());
    const [ours, theirs] = [first, other].map((hooks) => hooks.artifacts.get('sft')?.artifact.contentHash);
    expect(theirs).not.toBe(ours);
  });

  it('resumes a stage from its checkpoint bit for bit, without repeating a step', async () => {
    const long = { batchSize: 4, sftEpochs: 4 };
    const whole = await runUntil('reward', long, memoryStore(), notedHooks());
    const interrupted = notedHooks();
    interrupted.after = (_stage, points) => {
      if (points.some(({ step }) => step === 22)) interrupted.gate.cancel();
    };
    await expect(run(long, memoryStore(), interrupted)).rejects.toThrow(/cancelled/);
    expect(newestCheckpoint(interrupted.checkpoints, 'sft')?.done).toBe(20);
    const resumed = await runUntil('reward', long, memoryStore(), notedHooks(interrupted.checkpoints));
    expect(resumed.artifacts.get('sft')?.artifact.files).toEqual(whole.artifacts.get('sft')?.artifact.files);
    const losses = (hooks: NotedHooks) => hooks.curves.get('sft')?.map(({ step, values }) => [step, values.loss]);
    expect(losses(resumed)).toEqual(losses(whole));
  });

  it('takes an imported adapter in place of SFT', async () => {
    const importedAdapter = { id: 'golden', name: 'golden', files: await goldenFiles('llama-tiny', 'adapter') };
    const imported = await runUntil('reward', {}, memoryStore(), notedHooks(), { importedAdapter });
    expect(imported.stages.get('sft')?.status).toBe('skipped');
    const config = outputsOf(imported).get('sft_model/adapter_config.json') ?? '{}';
    expect(JSON.parse(config)).toMatchObject({ r: 16, lora_alpha: 32 });
  });

  it('takes the model as it is where SFT has no epochs', async () => {
    const hooks = await run({ sftEpochs: 0, rounds: 0 }, memoryStore(), notedHooks());
    expect(hooks.stages.get('sft')).toMatchObject({ status: 'skipped', total: 0 });
    expect(hooks.curves.get('sft') ?? []).toEqual([]);
    const files = hooks.artifacts.get('evaluate')?.artifact.files['models.json'] ?? [];
    const models: Record<string, unknown>[] = JSON.parse(Buffer.from(files).toString());
    expect(models.map(({ name }) => name)).toEqual(['base', 'sft']);
    const [base, sft] = models.map(({ name: _, ...figures }) => figures);
    expect(sft).toEqual(base);
  });

  it('trains all weights where the recipe says so', async () => {
    const full: Partial<Recipe> = { parameters: 'full', sftLearningRate: 1e-4, dpoLearningRates: [1e-5] };
    const hooks = await runUntil('round1.evaluate', full, memoryStore(), notedHooks());
    expect([...outputsOf(hooks).keys()].filter((path) => path.endsWith('model.safetensors')).toSorted()).toEqual([
      'dpo_round1/model.safetensors',
      'reward_model/model.safetensors',
      'sft_model/model.safetensors',
    ]);
    expect(hooks.curves.get('round1.train')?.[0]?.values.loss).toBeCloseTo(Math.LN2, 4);
  });

  it('goes through all stages with the definitions too', async () => {
    const definition: Partial<Recipe> = { engine: 'definition', rounds: 1 };
    const hooks = await run(definition, memoryStore(), notedHooks());
    expect([...outputsOf(hooks, definition).keys()]).toEqual([...outputsOf(first, { rounds: 1 }).keys()]);
    expect(hooks.curves.get('round1.train')?.[0]?.values.loss).toBeCloseTo(Math.LN2, 4);
    expect([...hooks.artifacts.values()].every(({ skipped }) => !skipped)).toBe(true);
  });

  for (const id of ['sft', 'reward', 'round1.generate', 'round1.score', 'round1.train', 'round1.evaluate']) {
    it(`can be cancelled in ${id}, frees the GPU and keeps the stages before`, async () => {
      // Stages before the one in question are taken from the first run, where they have the same key.
      const own = memoryStore();
      for (const [stage, { artifact }] of first.artifacts) {
        if (stage === id) break;
        await own.put(artifact);
      }
      const hooks = notedHooks();
      hooks.after = (stage) => {
        if (stage.id === id && stage.total > 0) hooks.gate.cancel();
      };
      await expect(run({}, own, hooks)).rejects.toMatchObject({ name: 'CancelledError' });
      expect(own.artifacts.has(first.artifacts.get(id)?.artifact.key ?? '')).toBe(false);
      backend.releaseUnused();
      expect(backend.memory()).toMatchObject({ tensors: 0, bytesInUse: 0 });
    });
  }
});
