/** Greedy decoding in stock tfjs ops: the definition engine's KV cache, logits read back in every step. */
import { createDecoder } from '../../../src/model/decode';
import { createDefinitionModel, type DefinitionModel } from '../../../src/model/definition-model';
import type { GenerationContender } from '../contender';
import { startTfjs, type TfjsBackend } from './tfjs-backend';

export function tfjsGeneration(): GenerationContender {
  let prepared: { backend: TfjsBackend; model: DefinitionModel } | undefined;
  let [dispatches, flops] = [0, 0];
  const current = () => {
    if (!prepared) throw new Error('internal: prepare() first');
    return prepared;
  };
  return {
    name: 'tfjs',
    prepare: async ({ config, weights }) => {
      const backend = await startTfjs();
      prepared = { backend, model: createDefinitionModel(config, weights) };
      await backend.finish();
      backend.device.resetPeak();
    },
    generate: async (prompts, newTokens) => {
      const { backend, model } = current();
      await backend.activate();
      const before = [backend.device.dispatches(), backend.flops()] as const;
      const started = performance.now();
      const ids: number[][] = prompts.map(() => []);
      const decoder = createDecoder(
        model,
        null,
        prompts.map((prompt) => [...prompt]),
        newTokens,
      );
      let logits = await decoder.prefill();
      let beforeStep = backend.device.dispatches();
      for (let taken = 0; ; taken++) {
        const tokens = Int32Array.from(logits, argmax);
        tokens.forEach((token, row) => ids[row]!.push(token));
        if (taken === newTokens - 1) break;
        beforeStep = backend.device.dispatches();
        logits = await decoder.step(tokens);
      }
      const seconds = (performance.now() - started) / 1000;
      const stepDispatches = newTokens > 1 ? backend.device.dispatches() - beforeStep : null;
      [dispatches, flops] = [backend.device.dispatches() - before[0], backend.flops() - before[1]];
      decoder.dispose();
      await backend.finish();
      return { ids, seconds, stepDispatches };
    },
    counts: () => {
      const { device } = current().backend;
      return { dispatches, flops, peakBytes: device.peakBytes(), bytesNow: device.bytesNow() };
    },
    dispose: async () => {
      if (!prepared) return;
      const { backend, model } = prepared;
      prepared = undefined;
      await backend.activate();
      model.dispose();
      backend.dispose();
    },
  };
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
