/** What can go wrong in a run, stage by stage: each fault ends with its own message, and the run goes on where it can. */
import { beforeAll, expect, it } from 'vitest';
import { openDevice } from '../../../src/gpu/device';
import { startBackend } from '../../../src/ops/backend';
import { DeviceError, InputError } from '../../../src/protocol/errors';
import type { Recipe } from '../../../src/protocol/recipe';
import type { NamedFile } from '../../../src/protocol/library';
import { runPipeline, type PipelineInput } from '../../../src/rounds/pipeline';
import { stagesOf } from '../../../src/rounds/stages';
import { openDawn } from '../../support/dawn';
import { memoryCheckpoints, memoryStore, notedHooks, type NotedHooks } from '../../support/memory-pipeline';
import { describeWith } from '../../support/needs';
import { tinyRecipe, tinySources } from '../../support/tiny-run';

const recipe: Recipe = {
  ...tinyRecipe,
  rounds: 1,
  checkpointEvery: 1,
  trainPairs: 12,
  batchSize: 4,
  microBatchSize: 1,
  heldOutPairs: 2,
  promptsPerRound: [4],
  generationBatchSize: 2,
  maxNewTokens: 3,
};

/** A device that can be lost: destroying our own is no loss to src/gpu/device.ts, so the test brings the news itself. */
async function openLosable() {
  const device = await openDevice(openDawn('lavapipe'));
  let tell: (error: DeviceError) => void = () => {};
  const lost = new Promise<DeviceError>((resolve) => (tell = resolve));
  const backend = await startBackend({ ...device, lost });
  const lose = () => {
    device.device.destroy();
    tell(new DeviceError('The GPU device was lost (unknown): test. Continue the run to open it again.'));
  };
  return { backend, lost, lose };
}

/** model.safetensors with a NaN as number `index` of a tensor. */
async function damaged(files: NamedFile[], tensor: string, index: number): Promise<NamedFile[]> {
  const weights = files.find(({ path }) => path === 'model.safetensors')!;
  const bytes = new Uint8Array(await weights.file.arrayBuffer());
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const start = 8 + headerBytes + header[tensor]!.data_offsets[0] + 4 * index;
  bytes.fill(0xff, start, start + 4);
  return files.map((file) => (file === weights ? { ...file, file: new Blob([bytes]) } : file));
}

const filesOf = (hooks: NotedHooks) =>
  [...hooks.artifacts].map(([id, { artifact }]) => [id, artifact.contentHash, artifact.notes]);

describeWith(['lavapipe'], 'a fault', () => {
  let sources: Omit<PipelineInput, 'recipe' | 'backend' | 'store' | 'hooks' | 'lost'>;
  let device: Awaited<ReturnType<typeof openLosable>>;
  const whole = { store: memoryStore(), hooks: notedHooks() };

  const run = (store: PipelineInput['store'], hooks: NotedHooks, more: Partial<PipelineInput> = {}) =>
    runPipeline({ ...sources, ...device, recipe, store, hooks, ...more });

  beforeAll(async () => {
    sources = await tinySources();
    device = await openLosable();
    await run(whole.store, whole.hooks);
  });

  it('of the device in any stage says so with stage and step, and the run goes on from its checkpoint', async () => {
    const [store, checkpoints] = [memoryStore(), memoryCheckpoints()];
    const resumedAt = new Map<string, number>();
    const hooksFor = (lostIn: string | null) => {
      const hooks = notedHooks(checkpoints);
      hooks.onStageStart = ({ id }, done) => {
        resumedAt.set(id, done);
        return Promise.resolve();
      };
      let isLost = false;
      hooks.after = ({ id, done, total }) => {
        if (isLost || id !== lostIn || total === 0 || done < total / 2) return;
        isLost = true;
        device.lose();
      };
      return hooks;
    };
    for (const { id } of stagesOf(recipe)) {
      await expect(run(store, hooksFor(id)), id).rejects.toMatchObject({
        name: 'DeviceError',
        message: expect.stringMatching(/device was lost.*Continue the run/),
        stage: id,
        cause: expect.any(DeviceError),
      });
      expect(store.artifacts.has(whole.hooks.artifacts.get(id)!.artifact.key), id).toBe(false);
      device.backend.dispose();
      device = await openLosable();
    }
    const last = hooksFor(null);
    await run(store, last);
    expect(filesOf(last)).toEqual(filesOf(whole.hooks));
    for (const { id } of stagesOf(recipe)) expect(resumedAt.get(id), id).toBeGreaterThan(0);
  });

  it('of the storage, full while checkpoints are written, is noted, and the run comes out as it should', async () => {
    const hooks = notedHooks();
    hooks.checkpoints.write = () =>
      Promise.reject(new InputError("The browser's storage is full: a checkpoint needs 1 MB. Delete a run."));
    await run(memoryStore(), hooks);
    expect(filesOf(hooks)).toEqual(filesOf(whole.hooks));
    for (const [id, { notes }] of hooks.stages) {
      expect(notes.filter((note) => /run goes on.*storage is full/.test(note)).length, id).toBe(1);
    }
  });

  it('in a weight that every pass reads stops the run before its first stage, with the name of the weight', async () => {
    const model = { ...sources.model };
    model.files = await damaged(model.files, 'model.layers.1.mlp.up_proj.weight', 77);
    const hooks = notedHooks();
    await expect(run(memoryStore(), hooks, { model })).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(
        /weights are damaged: tensor model\.layers\.1\.mlp\.up_proj\.weight at \d+ \(NaN\).*files again/,
      ),
    });
    expect(hooks.stages.size).toBe(0);
    device.backend.releaseUnused();
    expect(device.backend.memory()).toMatchObject({ tensors: 0, bytesInUse: 0 });
  });

  it('in a weight that only some tokens read ends the stage that meets it, with the name of the weight', async () => {
    const hidden = 64;
    const usual = whole.hooks.artifacts.get('round1.generate')!.artifact.files['responses.json']!;
    const [{ ids }] = JSON.parse(new TextDecoder().decode(usual)) as [{ ids: number[] }];
    const model = { ...sources.model };
    model.files = await damaged(model.files, 'model.embed_tokens.weight', ids[0]! * hidden);
    const named = {
      name: 'InputError',
      message: expect.stringMatching(/tensor model\.embed_tokens\.weight at \d+ \(NaN\)/),
      stage: 'sft',
    };
    const unwatched = { ...recipe, watchedPrompts: 0 };
    const failure = run(memoryStore(), notedHooks(), { model, recipe: unwatched });
    await expect(failure).rejects.toMatchObject({ ...named, step: 1 });
    // The answers to the watched prompts meet it before the first step.
    await expect(run(memoryStore(), notedHooks(), { model })).rejects.toMatchObject({ ...named, step: undefined });
  });

  it('in a stored result is no fault of the run: the stage is computed again', async () => {
    const store = memoryStore();
    for (const { artifact } of whole.hooks.artifacts.values()) await store.put(artifact);
    const key = whole.hooks.artifacts.get('round1.train')!.artifact.key;
    const adapter = store.artifacts.get(key)!.files['adapter_model.safetensors']!;
    adapter.fill(0xff, adapter.length - 4);
    const hooks = notedHooks();
    await run(store, hooks);
    expect([...hooks.artifacts].filter(([, { skipped }]) => !skipped).map(([id]) => id)).toEqual(['round1.train']);
    expect(filesOf(hooks)).toEqual(filesOf(whole.hooks));
  });

  it('is not that a run has no rounds: base and SFT are evaluated', async () => {
    const hooks = notedHooks();
    await run(whole.store, hooks, { recipe: { ...recipe, rounds: 0 } });
    const file = hooks.artifacts.get('evaluate')!.artifact.files['evaluation_results.json'];
    const { models } = JSON.parse(new TextDecoder().decode(file)) as { models: { name: string }[] };
    expect(models.map(({ name }) => name)).toEqual(['base', 'sft']);
  });
});
