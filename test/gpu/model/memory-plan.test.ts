/** The memory plan against the ledger of a real runtime: a training pass of small models of both families, within 2%. */
import { expect, it } from 'vitest';
import { pairTargets } from '../../../src/model/batch';
import type { LoraConfig } from '../../../src/model/adapter-types';
import type { ModelConfig } from '../../../src/model/config';
import { createFusedModel } from '../../../src/model/fused/fused-model';
import { layOutFlat } from '../../../src/model/fused/flat-batch';
import { engineBytes } from '../../../src/model/fused/memory-plan';
import { memoryPlan, type MemoryWork, type PassWork } from '../../../src/model/fused/plan';
import { sum, type Vector } from '../../../src/ops/tensor';
import { createOptimiser } from '../../../src/training/optimiser';
import {
  gpt2Config,
  llamaConfig,
  plainSettings,
  randomLora,
  randomPairs,
  randomWeights,
  tiedLlamaConfig,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';

/** Wide enough that the rounding of small buffers does not carry the comparison. */
const configs: [string, ModelConfig][] = [
  ['qwen3', { ...llamaConfig, hiddenSize: 60, intermediateSize: 84, headDim: 16, layers: 3 }],
  ['tied llama', { ...tiedLlamaConfig, hiddenSize: 36, vocabSize: 301, layers: 5 }],
  ['gpt2', { ...gpt2Config, hiddenSize: 48, heads: 3, headDim: 16, intermediateSize: 192 }],
];

describeWith(['lavapipe'], 'the memory plan', () => {
  const engine = useEngine();

  it.each(configs.flatMap(([name, config]) => [false, true].map((checkpointing) => ({ name, config, checkpointing }))))(
    '$name, blocks recomputed: $checkpointing; the ledger after a step is the plan',
    async ({ config, checkpointing }) => {
      const { runtime } = engine().backend;
      const adapter = randomLora(config, 1);
      const lora: LoraConfig = adapter.config;
      const groups = randomPairs(config, 3).map(pairTargets);
      const { tokens, rows, sequences, longest } = layOutFlat(groups);
      const pass: PassWork = { tokens, rows, sequences, longest, training: true, checkpointing };
      const work: MemoryWork = { weightType: 'packed', lora, sets: 2, trains: true, passes: [pass], generation: null };
      const plan = memoryPlan(config, work, Infinity);
      expect(plan.keptBlocks).toBe(checkpointing ? 0 : config.layers);

      const before = runtime.ledger.byCategory();
      const weights = randomWeights(config, 1);
      const model = createFusedModel(runtime, config, weights, { software: true, weightType: 'packed' });
      for (const name of ['policy', 'reference']) model.addParameters(name, adapter);
      const settings = plainSettings;
      const optimiser = createOptimiser({ model, parameters: 'policy', settings, resumeFrom: undefined });
      const request = {
        groups,
        parameters: 'policy',
        trainParameters: true,
        objective: { readout: 'logps' as const, loss: (logps: Vector) => sum(logps) },
        checkpointing,
      };
      const { gradients } = await model.train(request);
      optimiser.accumulate(gradients);
      await optimiser.step(1, 1e-3);
      await optimiser.state(1);
      const after = runtime.ledger.byCategory();
      optimiser.dispose();
      model.dispose();
      // Readback buffers of the tests before stay with the runtime.
      const held = Object.entries(after).filter(([category]) => category !== 'readback');
      const planned = Object.entries(plan.bytes).filter(([category]) => category !== 'readback');
      const total = (entries: [string, number][]) => entries.reduce((all, [, bytes]) => all + bytes, 0);
      expect(Math.abs(total(held) / total(planned) - 1), JSON.stringify({ plan: plan.bytes, after })).toBeLessThan(
        0.02,
      );
      for (const [category, bytes] of planned)
        expect(Math.abs(Object.fromEntries(held)[category]! / bytes - 1), category).toBeLessThan(0.02);
      expect(before.engine).toBe(engineBytes);
      await runtime.finish();
    },
  );
});
