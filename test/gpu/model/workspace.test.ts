/**
 * The steady state of the fused engine: training over batches of varying length makes no buffer and no bind group, a
 * larger batch makes the arena anew once, and what only made passes quick can be given back. Counted on the device itself.
 */
import { expect, it } from 'vitest';
import { pairTargets } from '../../../src/model/batch';
import { arenaBuffers } from '../../../src/model/fused/arena';
import { layOutFlat } from '../../../src/model/fused/flat-batch';
import { createFusedModel, type FusedModel } from '../../../src/model/fused/fused-model';
import { arenaBytes, ropeTableBytes, totalBytes } from '../../../src/model/fused/memory-plan';
import { arenaShapeFor } from '../../../src/model/fused/workspace';
import { tensorCount } from '../../../src/ops/tensor';
import type { EncodedPair } from '../../../src/protocol/preference';
import { trainDpo } from '../../../src/training/dpo';
import {
  llamaConfig,
  openGate,
  plainSettings,
  randomLora,
  randomPairs,
  randomWeights,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';
import { heldBytes } from '../training/trainers';

const config = { ...llamaConfig, layers: 2 };
/** Of 70 to 95 tokens with 66 to 86 targets, the prompt counted once: all in the bucket of 96. */
const pairs = randomPairs(config, 10, 33, 43);
const smallPairs = randomPairs(config, 4, 2, 12);

interface Counts {
  /** On the device, whoever made them. */
  buffers: number;
  bindGroups: number;
  created: number;
  total: number;
  tensors: number;
}

describeWith(['lavapipe'], 'the workspace', () => {
  const engine = useEngine();
  const runtime = () => engine().backend.runtime;

  const counts = (): Counts => ({
    buffers: engine().buffersMade(),
    bindGroups: engine().bindGroupsMade(),
    created: runtime().ledger.created(),
    total: runtime().ledger.total(),
    tensors: tensorCount(),
  });

  const withModel = async (work: (model: FusedModel) => Promise<void>) => {
    const [held, tensors] = [heldBytes(runtime()), tensorCount()];
    const options = { software: true, weightType: 'packed' as const };
    const model = createFusedModel(runtime(), config, randomWeights(config, 1), options);
    for (const name of ['policy', 'reference']) model.addParameters(name, randomLora(config, 2));
    await work(model);
    model.dispose();
    expect(heldBytes(runtime())).toBe(held);
    expect(tensorCount()).toBe(tensors);
  };

  /** Counts after every step, one pair a step. */
  const dpoSteps = async (model: FusedModel, of: EncodedPair[], epochs: number, checkpointing = false) => {
    const steps: Counts[] = [];
    await trainDpo({
      model,
      policy: 'policy',
      reference: 'reference',
      sft: null,
      startsAtReference: true,
      pairs: of,
      settings: {
        ...plainSettings,
        epochs,
        batchSize: 1,
        microBatchSize: 1,
        dropout: 0.1,
        gradientCheckpointing: checkpointing,
        beta: 0.1,
        labelSmoothing: 0,
      },
      hooks: { gate: openGate, onStep: () => steps.push(counts()) },
    });
    return steps;
  };

  it.each([false, true])(
    'makes nothing in 50 DPO steps of varying lengths; checkpointing: %s',
    async (checkpointing) => {
      const sizes = pairs.map((pair) => layOutFlat([pairTargets(pair)]));
      for (const size of ['tokens', 'rows'] as const) {
        expect(new Set(sizes.map((batch) => batch[size])).size).toBeGreaterThan(3);
        for (const batch of sizes) expect(batch[size] > 64 && batch[size] <= 96).toBe(true);
      }
      await withModel(async (model) => {
        const steps = await dpoSteps(model, pairs, 5, checkpointing);
        expect(steps).toHaveLength(50);
        expect(steps[0]!.bindGroups).toBeGreaterThan(20);
        // The first two steps meet what is new: pipelines, readback sizes, and tfjs's small buffers.
        for (const step of steps.slice(2)) expect(step).toEqual(steps[2]);
      });
    },
  );

  it('is made anew once for a larger batch in the middle of a run', async () => {
    const mixed = [...smallPairs, pairs[0]!];
    await withModel(async (model) => {
      const steps = await dpoSteps(model, mixed, 4);
      const growths = steps.flatMap(({ total }, i) => (i > 0 && total !== steps[i - 1]!.total ? [i + 1] : []));
      expect(growths).toEqual([mixed.length]);
      // Other buffers need other bind groups.
      expect(steps[mixed.length - 1]!.bindGroups).toBeGreaterThan(steps[mixed.length - 2]!.bindGroups);
      expect(new Set(steps.slice(mixed.length + 1).map((step) => JSON.stringify(step))).size).toBe(1);
    });
  });

  it('holds what its shape says, whatever came before, and gives all of it back', async () => {
    await withModel(async (model) => {
      const bare = heldBytes(runtime());
      const passOver = async (some: EncodedPair[]) => {
        const made = runtime().ledger.created();
        await model.figures({ groups: some.map(pairTargets), parameters: 'policy' });
        return runtime().ledger.created() - made;
      };
      const planOf = (some: EncodedPair[]) => {
        const batch = layOutFlat(some.map(pairTargets));
        const request = {
          batch,
          lora: randomLora(config, 2).config,
          training: false,
          full: false,
          checkpointing: false,
        };
        return { ...arenaShapeFor(config, request), keptBlocks: 0 };
      };
      await passOver(smallPairs.slice(0, 1));
      const grown = await passOver(pairs.slice(0, 2));
      const plan = planOf(pairs.slice(0, 2));
      // With at most one readback buffer of a new size.
      expect([0, 1]).toContain(grown - arenaBuffers(config, plan).length);
      const tables = ropeTableBytes(config, config.contextLength);
      expect(heldBytes(runtime()) - bare).toBe(totalBytes(arenaBytes(config, plan)) + tables);
      for (const some of [smallPairs.slice(1), pairs.slice(3, 5), pairs.slice(5, 6), smallPairs.slice(0, 1)])
        expect(await passOver(some)).toBe(0);
      model.releaseWorkspace();
      expect(heldBytes(runtime())).toBe(bare);
      // And is there again when it is needed.
      expect(await passOver(smallPairs)).toBeGreaterThan(0);
    });
  });
});
