/**
 * A run on the fused engine as the pipeline sees it: what it says before its first stage, the tiles it keeps, what it
 * measures of its stages, that it frees everything, and that it refuses what cannot fit.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../../src/gpu/device';
import type { Runtime } from '../../../src/gpu/runtime';
import { startBackend, type Backend } from '../../../src/ops/backend';
import type { Recipe } from '../../../src/protocol/recipe';
import { runPipeline, type PipelineInput } from '../../../src/rounds/pipeline';
import { testingText } from '../../../src/rounds/kernel-test';
import { chooseTiles, measuringText } from '../../../src/rounds/tiles';
import { openDawn } from '../../support/dawn';
import { llamaConfig } from '../../support/engine';
import { memoryStore, memoryTuning, notedHooks, type NotedHooks } from '../../support/memory-pipeline';
import { describeWith } from '../../support/needs';
import { tinyRecipe, tinySources } from '../../support/tiny-run';

const recipe: Recipe = { ...tinyRecipe, engine: 'fused', rounds: 1 };
const never = new Promise<never>(() => {});

describeWith(['lavapipe'], 'a run on the fused engine', () => {
  let backend: Backend;
  let sources: Omit<PipelineInput, 'recipe' | 'backend' | 'store' | 'hooks'>;

  beforeAll(async () => {
    backend = await startBackend(await openDevice(openDawn('lavapipe')));
    sources = { ...(await tinySources()), lost: never };
  });

  /** Ends when `end` begins. */
  const runUntil = async (end: string, more: Partial<PipelineInput> = {}, hooks: NotedHooks = notedHooks()) => {
    hooks.after = ({ id }) => {
      if (id === end) hooks.gate.cancel();
    };
    const running = runPipeline({ ...sources, recipe, backend, store: memoryStore(), hooks, ...more });
    expect(String(await running.catch((error: unknown) => error))).toMatch(/^CancelledError/);
    return hooks;
  };

  it('tests its kernels once, keeps its tiles, and frees everything', async () => {
    const first = await runUntil('reward');
    expect(first.activities).toEqual(['Loading the model', testingText]);
    expect(first.engine?.engine).toEqual({
      name: 'fused',
      weights: 'fp16, native',
      tiles: 'default',
      conversion: { flushed: 0, subnormal: 45 },
      selfTest: expect.any(Array),
    });
    const tested = first.engine?.engine.selfTest ?? [];
    expect(tested.length).toBeGreaterThan(20);
    for (const { kernel, error, tolerance } of tested) expect(error, kernel).toBeLessThanOrEqual(tolerance);
    expect(backend.memory()).toMatchObject({ tensors: 0, bytesInUse: 0 });
    const again = await runUntil('reward', { tiles: first.engine?.tiles ?? null });
    expect(again.activities).toEqual(['Loading the model']);
    expect(again.engine?.engine.tiles).toBe('kept');
    expect(again.engine?.tiles).toEqual(first.engine?.tiles);
    const files = (hooks: NotedHooks) => hooks.artifacts.get('sft')?.artifact.files;
    expect(files(again)).toEqual(files(first));
  });

  it('says of a stage what memory it took and where the time of a batch went', async () => {
    const { stages } = await runUntil('reward');
    const { memory, profile } = stages.get('sft')!;
    expect(memory?.peak).toMatchObject({ weights: expect.any(Number), optimiser: expect.any(Number) });
    const peak = Object.values(memory!.peak).reduce((sum, bytes) => sum + bytes, 0);
    expect(memory!.peakBytes).toBeGreaterThanOrEqual(peak);
    expect(profile).toMatchObject({ batch: expect.any(Number), missing: null });
    expect(profile!.kernels.some(({ kernel }) => kernel.startsWith('matmul'))).toBe(true);
    const inKernels = profile!.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    expect(inKernels).toBeGreaterThan(0);
    expect(inKernels / 1000).toBeLessThan(profile!.seconds);
    const generating = (await runUntil('round1.score')).stages.get('round1.generate')!;
    expect(generating.profile!.kernels.some(({ kernel }) => kernel.startsWith('decodeAttention'))).toBe(true);
    expect(generating.memory!.peak).toHaveProperty('kv cache');
  });

  it('agrees with the definitions about SFT', async () => {
    const [fused, definition] = [
      await runUntil('reward'),
      await runUntil('reward', { recipe: { ...recipe, engine: 'definition' } }),
    ];
    const losses = (hooks: NotedHooks) => hooks.curves.get('sft')!.map(({ values }) => values['loss']!);
    expect(definition.engine).toEqual({
      engine: { name: 'definition', weights: 'fp32', tiles: null, conversion: null, selfTest: null },
      tiles: null,
    });
    expect(definition.stages.get('sft')!.profile?.missing).toMatch(/tfjs/);
    losses(fused).forEach((loss, i) => expect(loss).toBeCloseTo(losses(definition)[i]!, 2));
  });

  it('is refused before anything is loaded when the budget is too small, with what would help', async () => {
    const hooks = notedHooks();
    const tight = { ...recipe, memoryBudgetGb: 0.001 };
    const failure = runPipeline({ ...sources, recipe: tight, backend, store: memoryStore(), hooks });
    await expect(failure).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/does not fit the memory budget.*budget is 0\.00 GB.*memoryBudgetGb/),
    });
    expect(backend.memory()).toMatchObject({ tensors: 0, bytesInUse: 0 });
  });

  it('ends before its first stage when a kernel gives wrong results, with the name of the kernel, and frees everything', async () => {
    const { runtime } = backend;
    const faulty: Runtime = {
      ...runtime,
      run: (dispatch) => {
        if (!dispatch.kernel.name.startsWith('norm.forward')) runtime.run(dispatch);
      },
    };
    const hooks = notedHooks();
    const failure = runPipeline({
      ...{ ...sources, recipe, hooks },
      backend: { ...backend, runtime: faulty },
      store: memoryStore(),
    });
    await expect(failure).rejects.toMatchObject({
      name: 'DeviceError',
      message: expect.stringMatching(/The kernel norm\.forward\S* gives wrong results on this GPU.*definition engine/),
    });
    expect(hooks.stages.size).toBe(0);
    expect(backend.memory()).toMatchObject({ tensors: 0, bytesInUse: 0 });
  });

  describe('measures its tiles', () => {
    const config = { ...llamaConfig, hiddenSize: 64, intermediateSize: 64, vocabSize: 64 };
    const choose = (tuning = memoryTuning(), changes: Partial<Parameters<typeof chooseTiles>[0]> = {}) => {
      const activities: string[] = [];
      const adapter = { ...backend.summary, software: false };
      const { runtime } = backend;
      const job = {
        runtime,
        adapter,
        config,
        recipe,
        kept: null,
        tuning,
        onActivity: (text: string) => activities.push(text),
      };
      return chooseTiles({ ...job, ...changes }).then((chosen) => ({ ...chosen, activities }));
    };

    it('once on an adapter for the widths of a model', async () => {
      const tuning = memoryTuning();
      const first = await choose(tuning);
      expect(first).toMatchObject({ from: 'measured', activities: [measuringText] });
      expect(Object.keys(first.tiles.entries).toSorted()).toEqual([
        'nn.native.many',
        'nt.native.few',
        'nt.native.many',
      ]);
      expect(await choose(tuning)).toEqual({ from: 'remembered', tiles: first.tiles, activities: [] });
      expect(tuning.records.size).toBe(1);
      const other = await choose(tuning, { adapter: { ...backend.summary, software: false, description: 'another' } });
      expect(other.from).toBe('measured');
    });

    it('again when what is remembered cannot be used, and not at all for a run that has its own', async () => {
      const tuning = memoryTuning();
      const { tiles } = await choose(tuning);
      const [key] = tuning.records.keys();
      const gone = { tile: 'a tile of another version', flopsPerSecond: 1 };
      tuning.records.set(key!, { ...tiles, fallback: { few: gone, many: gone } });
      expect((await choose(tuning, { kept: tuning.records.get(key!)! })).from).toBe('measured');
      expect(await choose(memoryTuning(), { kept: tiles })).toEqual({ from: 'kept', tiles, activities: [] });
    });
  });
});
