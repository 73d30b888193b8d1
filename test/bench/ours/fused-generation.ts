/** Greedy decoding by the studio's own generation on the fused engine. */
import { openDevice } from '../../../src/gpu/device';
import { createRuntime, type Runtime } from '../../../src/gpu/runtime';
import { generateResponses } from '../../../src/generation/generate';
import { createFusedModel, type FusedModel } from '../../../src/model/fused/fused-model';
import type { GenerationContender } from '../contender';
import { countDevice, type DeviceCounts } from '../support/counted-device';
import { countProductFlops } from '../support/product-flops';
import { tunedTiles } from './tuned-tiles';

interface Prepared {
  runtime: Runtime;
  productFlops(): number;
  device: DeviceCounts;
  model: FusedModel;
}

export function fusedGeneration(): GenerationContender {
  let prepared: Prepared | undefined;
  let flops = 0;
  let dispatches = 0;
  const current = () => {
    if (!prepared) throw new Error('internal: prepare() first');
    return prepared;
  };
  const run = async (prompts: readonly number[][], maxNewTokens: number): Promise<number[][]> => {
    const responses = await generateResponses({
      model: current().model,
      parameters: null,
      prompts: prompts.map((prompt) => [...prompt]),
      settings: {
        samplesPerPrompt: 1,
        temperature: 0,
        topK: 0,
        topP: 1,
        repetitionPenalty: 1,
        maxNewTokens,
        batchSize: prompts.length,
        seed: 0,
        endTokenIds: [],
      },
      gate: () => Promise.resolve(),
      onProgress: () => {},
    });
    return responses.map(({ ids }) => ids);
  };
  const counted = async (work: () => Promise<number[][]>) => {
    const { device, productFlops } = current();
    const before = [device.dispatches(), productFlops()] as const;
    const ids = await work();
    return { ids, dispatches: device.dispatches() - before[0], flops: productFlops() - before[1] };
  };
  return {
    name: 'fused',
    prepare: async ({ config, weights }) => {
      const studioDevice = await openDevice(globalThis.navigator.gpu);
      const device = countDevice(studioDevice.device);
      const { runtime, productFlops } = countProductFlops(createRuntime(studioDevice));
      const { software } = studioDevice.summary;
      const tiles = await tunedTiles(runtime, config, software);
      const model = createFusedModel(runtime, config, weights, { software, tiles });
      await runtime.finish();
      device.resetPeak();
      prepared = { runtime, productFlops, device, model };
    },
    generate: async (prompts, newTokens) => {
      const first = await counted(() => run(prompts, 1));
      const started = performance.now();
      const all = await counted(() => run(prompts, newTokens));
      const seconds = (performance.now() - started) / 1000;
      ({ dispatches, flops } = all);
      const steps = newTokens - 1;
      return { ids: all.ids, seconds, stepDispatches: steps > 0 ? (all.dispatches - first.dispatches) / steps : null };
    },
    counts: () => {
      const { device } = current();
      return { dispatches, flops, peakBytes: device.peakBytes(), bytesNow: device.bytesNow() };
    },
    dispose: async () => {
      if (!prepared) return;
      prepared.model.dispose();
      prepared.runtime.dispose();
      prepared.runtime.device.destroy();
      prepared = undefined;
    },
  };
}
