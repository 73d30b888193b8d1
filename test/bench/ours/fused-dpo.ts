/** The DPO step of the fused engine, with the studio's own model, optimiser part and kernels; tfjs only for the small loss. */
import { openDevice } from '../../../src/gpu/device';
import type { KernelTime } from '../../../src/gpu/timestamps';
import { createRuntime, type Runtime } from '../../../src/gpu/runtime';
import { createFusedModel, type FusedModel } from '../../../src/model/fused/fused-model';
import type { MemoryFigures } from '../../../src/model/fused/memory-plan';
import { createOptimiser, type Optimiser } from '../../../src/training/optimiser';
import { dpoSettings, type BenchModel, type DpoContender, type ReferencedPair } from '../contender';
import { startTfjs, type TfjsBackend } from '../peers/tfjs-backend';
import { countDevice, type DeviceCounts } from '../support/counted-device';
import { countProductFlops } from '../support/product-flops';
import { stepPlan, trainingSettings, trainPairs } from './dpo-step';
import { tunedTiles } from './tuned-tiles';

export interface FusedDpoOptions {
  name: string;
  /** Halves as the device reads them best when absent. */
  halves?: 'packed' | 'native';
  sharePrefixes?: boolean;
  /** Recompute every block. */
  checkpointing?: boolean;
}

/** A contender that also shows where its time and its memory go. */
export interface FusedDpo extends DpoContender {
  /** Takes a step. GPU time by kernel; null where the device has no timestamps. */
  profile(): Promise<KernelTime[] | null>;
  /** Bytes by category after a step and a checkpoint: in the ledger, and as planned. */
  memory(): Promise<{ held: MemoryFigures; planned: MemoryFigures }>;
}

interface Prepared {
  runtime: Runtime;
  productFlops(): number;
  device: DeviceCounts;
  /** For the loss, which is a handful of tfjs ops on a few numbers. */
  losses: TfjsBackend;
  model: FusedModel;
  optimiser: Optimiser;
  planned: MemoryFigures;
  pairs: readonly ReferencedPair[];
  taken: number;
}

export function fusedDpo(options: FusedDpoOptions): FusedDpo {
  let prepared: Prepared | undefined;
  let [norm, dispatches, flops] = [0, 0, 0];
  const current = () => {
    if (!prepared) throw new Error('internal: prepare() first');
    return prepared;
  };
  return {
    name: options.name,
    prepare: async (model, pairs) => {
      prepared = await open(model, pairs, options);
    },
    step: async () => {
      const { runtime, productFlops, losses, device } = current();
      await losses.activate();
      const before = [device.dispatches() + losses.device.dispatches(), productFlops()] as const;
      const figures = await takeStep(current(), options.checkpointing ?? false);
      await runtime.finish();
      norm = figures.norm;
      dispatches = device.dispatches() + losses.device.dispatches() - before[0];
      flops = productFlops() - before[1];
      return figures.loss;
    },
    gradientNorm: () => norm,
    counts: () => {
      const { device, losses } = current();
      return {
        dispatches,
        flops,
        peakBytes: device.peakBytes() + losses.device.peakBytes(),
        bytesNow: device.bytesNow() + losses.device.bytesNow(),
      };
    },
    profile: () => {
      const { runtime, losses } = current();
      return runtime.profile(async () => {
        await losses.activate();
        await takeStep(current(), options.checkpointing ?? false);
      });
    },
    memory: async () => {
      const { runtime, optimiser, planned, taken } = current();
      await optimiser.state(taken);
      return { held: runtime.ledger.byCategory(), planned };
    },
    dispose: async () => {
      if (!prepared) return;
      const { losses, optimiser, model, runtime } = prepared;
      prepared = undefined;
      optimiser.dispose();
      model.dispose();
      losses.dispose();
      runtime.dispose();
      runtime.device.destroy();
    },
  };
}

async function open(
  { config, weights, adapter }: BenchModel,
  pairs: readonly ReferencedPair[],
  { halves, sharePrefixes = true, checkpointing = false }: FusedDpoOptions,
): Promise<Prepared> {
  const studioDevice = await openDevice(globalThis.navigator.gpu);
  const device = countDevice(studioDevice.device);
  const { runtime, productFlops } = countProductFlops(createRuntime(studioDevice, halves));
  const { software } = studioDevice.summary;
  const tiles = await tunedTiles(runtime, config, software);
  const losses = await startTfjs();
  const model = createFusedModel(runtime, config, weights, { software, tiles, sharePrefixes });
  model.addParameters('policy', adapter);
  const settings = trainingSettings;
  const optimiser = createOptimiser({ model, parameters: 'policy', settings, resumeFrom: undefined });
  const work = { weightType: runtime.halves, sets: 1, lora: adapter.config, pairs, sharePrefixes, checkpointing };
  const planned = stepPlan(config, work, Infinity).bytes;
  await runtime.finish();
  device.resetPeak();
  return { runtime, productFlops, device, losses, model, optimiser, planned, pairs, taken: 0 };
}

async function takeStep(prepared: Prepared, checkpointing: boolean): Promise<{ loss: number; norm: number }> {
  const { model, optimiser, pairs } = prepared;
  const { loss, gradients } = await trainPairs(model, pairs, checkpointing);
  optimiser.accumulate(gradients);
  const norm = await optimiser.step(++prepared.taken, dpoSettings.learningRate);
  return { loss, norm };
}
