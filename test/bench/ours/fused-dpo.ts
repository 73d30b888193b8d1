/** The DPO step of the fused engine, with the studio's own model, optimiser part and kernels; tfjs only for the small loss. */
import { openDevice } from '../../../src/gpu/device';
import type { KernelTime } from '../../../src/gpu/timestamps';
import { createRuntime, type Runtime } from '../../../src/gpu/runtime';
import type { TileChoice } from '../../../src/kernels/matmul/choice';
import { tuneMatmul } from '../../../src/kernels/matmul/tune';
import { dpoLoss } from '../../../src/losses/preference-losses';
import { pairTargets } from '../../../src/model/batch';
import { createFusedModel, type FusedModel } from '../../../src/model/fused/fused-model';
import { asVector, div, everySecond, fromHost, sum, type Vector } from '../../../src/ops/tensor';
import { createFusedPart } from '../../../src/training/fused-part';
import { joinParts, type Optimiser } from '../../../src/training/optimiser';
import type { TrainingSettings } from '../../../src/training/settings';
import { dpoSettings, type BenchModel, type DpoContender, type ReferencedPair } from '../contender';
import { startTfjs, type TfjsBackend } from '../peers/tfjs-backend';
import { countDevice, type DeviceCounts } from '../support/counted-device';

export interface FusedDpoOptions {
  name: string;
  /** Halves as the device reads them best when absent. */
  halves?: 'packed' | 'native';
  sharePrefixes?: boolean;
  /** Recompute every block. */
  checkpointing?: boolean;
}

interface Prepared {
  runtime: Runtime;
  device: DeviceCounts;
  /** For the loss, which is a handful of tfjs ops on a few numbers. */
  losses: TfjsBackend;
  model: FusedModel;
  optimiser: Optimiser;
  pairs: readonly ReferencedPair[];
  taken: number;
}

/** Measured once a process: the same adapter serves every contender. */
const tiles = new Map<string, TileChoice>();

export function fusedDpo(options: FusedDpoOptions): DpoContender & { profile(): Promise<KernelTime[] | null> } {
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
      const { runtime, losses, device } = current();
      await losses.activate();
      const before = [device.dispatches() + losses.device.dispatches(), runtime.counts().flops] as const;
      const figures = await takeStep(current(), options.checkpointing ?? false);
      await runtime.finish();
      norm = figures.norm;
      dispatches = device.dispatches() + losses.device.dispatches() - before[0];
      flops = runtime.counts().flops - before[1];
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
  model: BenchModel,
  pairs: readonly ReferencedPair[],
  { halves, sharePrefixes }: FusedDpoOptions,
): Promise<Prepared> {
  const studioDevice = await openDevice(globalThis.navigator.gpu);
  const device = countDevice(studioDevice.device);
  const runtime = createRuntime(studioDevice, halves);
  const { software } = studioDevice.summary;
  const choice = tiles.get(runtime.halves) ?? (await tune(runtime, model, software));
  tiles.set(runtime.halves, choice);
  const losses = await startTfjs();
  const fused = createFusedModel(runtime, model.config, model.weights, {
    software,
    tiles: choice,
    ...(sharePrefixes !== undefined && { sharePrefixes }),
  });
  fused.addParameters('policy', model.adapter);
  const part = createFusedPart(runtime, fused.parameters('policy'), {
    settings: trainingSettings,
    resumeFrom: undefined,
    isTrained: () => true,
  });
  await runtime.finish();
  device.resetPeak();
  return { runtime, device, losses, model: fused, optimiser: joinParts([part], trainingSettings), pairs, taken: 0 };
}

function tune(runtime: Runtime, { config }: BenchModel, software: boolean): Promise<TileChoice> {
  const { hiddenSize, intermediateSize } = config;
  const weightType = runtime.halves;
  const shapes = [256].flatMap((rows) => [
    { layout: 'nt' as const, weightType, rows, k: hiddenSize, n: 2 * intermediateSize },
    { layout: 'nn' as const, weightType, rows, k: 2 * intermediateSize, n: hiddenSize },
  ]);
  return tuneMatmul(runtime, shapes, software);
}

/** Only what the optimiser reads matters here. */
const trainingSettings: TrainingSettings = {
  ...dpoSettings,
  seed: 0,
  epochs: 1,
  batchSize: 1,
  microBatchSize: 1,
  schedule: 'constant',
  warmup: { steps: 0 },
  decayBiases: true,
  gradientCheckpointing: false,
  dropout: 0,
  shuffle: false,
};

async function takeStep(prepared: Prepared, checkpointing: boolean): Promise<{ loss: number; norm: number }> {
  const { model, optimiser, pairs } = prepared;
  const { loss, gradients } = await model.train({
    groups: pairs.map(pairTargets),
    parameters: 'policy',
    trainParameters: true,
    checkpointing,
    objective: { readout: 'logps', loss: (logps) => meanLoss(logps, pairs) },
  });
  optimiser.accumulate(gradients);
  const norm = await optimiser.step(++prepared.taken, dpoSettings.learningRate);
  return { loss, norm };
}

function meanLoss(logps: Vector, pairs: readonly ReferencedPair[]) {
  const vector = (values: number[]) => asVector(fromHost(Float32Array.from(values), [pairs.length]));
  const inputs = {
    chosenLogps: everySecond(logps, 0),
    rejectedLogps: everySecond(logps, 1),
    referenceChosenLogps: vector(pairs.map((pair) => pair.referenceChosenLogp)),
    referenceRejectedLogps: vector(pairs.map((pair) => pair.referenceRejectedLogp)),
  };
  return div(sum(dpoLoss(inputs, { beta: dpoSettings.beta, labelSmoothing: 0 })), pairs.length);
}
