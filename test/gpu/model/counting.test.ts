/** The counting runtime against a real one: the same dispatches, operations and bytes for the passes of small models. */
import { expect, it } from 'vitest';
import { defaultTiles } from '../../../src/kernels/matmul/choice';
import { tileFacts } from '../../../src/kernels/matmul/tiles';
import { pairTargets } from '../../../src/model/batch';
import type { ModelConfig } from '../../../src/model/config';
import { createFusedModel } from '../../../src/model/fused/fused-model';
import { runBackward, runStatistics } from '../../../src/model/fused/pass';
import { createCountedModel } from '../../support/counted-model';
import { createCountingRuntime } from '../../support/counting-runtime';
import { gpt2Config, randomLora, randomPairs, randomWeights, tiedLlamaConfig, useEngine } from '../../support/engine';
import { describeWith } from '../../support/needs';

const configs: [string, ModelConfig][] = [
  ['tied llama', tiedLlamaConfig],
  ['gpt2', gpt2Config],
];

describeWith(['lavapipe'], 'the counting runtime', () => {
  const engine = useEngine();

  it.each(configs.flatMap(([name, config]) => [true, false].map((keeps) => ({ name, config, keeps }))))(
    '$name, blocks kept: $keeps, counts a training pass as a real runtime does',
    async ({ config, keeps }) => {
      const { runtime } = engine().backend;
      const adapter = randomLora(config, 1);
      const groups = randomPairs(config, 2).map(pairTargets);
      const tiles = defaultTiles(tileFacts(runtime.device), true);
      const model = createFusedModel(runtime, config, randomWeights(config, 1), {
        software: true,
        tiles,
        weightType: 'packed',
      });
      model.addParameters('policy', adapter);
      const before = runtime.counts();
      const opened = model.core.open({ groups, parameters: 'policy' }, { training: true, checkpointing: !keeps });
      runStatistics(opened);
      runBackward(opened, 'logps', true);
      await runtime.finish();
      const after = runtime.counts();
      model.dispose();

      const counting = createCountingRuntime();
      const counted = createCountedModel({ runtime: counting, config, lora: adapter.config, software: true, tiles });
      counted.pass({ groups, readout: 'logps', training: true, keptBlocks: keeps ? config.layers : 0 });
      const found = counting.counts();
      expect(found.dispatches).toBe(after.dispatches - before.dispatches);
      expect(found.flops).toBeCloseTo(after.flops - before.flops, 0);
      expect(found.bytes).toBeCloseTo(after.bytes - before.bytes, 0);
    },
  );
});
