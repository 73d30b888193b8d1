/**
 * Memory over many steps on both engines: tensors and allocated bytes stay the same at a fixed length, no buffer is made any more, and
 * varying lengths stay within 1.5 times what the first epoch took. By the backend's own figures.
 */
import { expect, it } from 'vitest';
import type { MemoryFigures } from '../../../src/ops/backend';
import { tensorCount } from '../../../src/ops/tensor';
import { generateResponses } from '../../../src/generation/generate';
import { createDefinitionModel } from '../../../src/model/definition-model';
import {
  openGate,
  randomIds,
  randomLora,
  randomPairs,
  randomWeights,
  tiedLlamaConfig,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';
import { train, trainers } from './trainers';

// As few programs a step as a block can have: 50 steps are what counts here.
const config = { ...tiedLlamaConfig, layers: 1, contextLength: 131 };
const start = randomLora(config, 2, 0.1, ['q_proj', 'v_proj']);
/** Each trainer once on the definitions, which are slow, and with and without checkpointing on the fused engine. */
const cases = [
  ['definition', 'sft', false],
  ['definition', 'reward', true],
  ['definition', 'dpo', true],
  ...trainers.flatMap((trainer) => [false, true].map((checkpointing) => ['fused', trainer, checkpointing] as const)),
] as const;
const largest = (figures: MemoryFigures[]) => Math.max(...figures.map(({ bytesAllocated }) => bytesAllocated));

describeWith(['lavapipe'], 'memory', () => {
  const engine = useEngine();

  it.each(cases)('%s, %s, checkpointing %s: 50 steps at one length', async (name, trainer, gradientCheckpointing) => {
    const figures: MemoryFigures[] = [];
    const made: number[] = [];
    engine().backend.releaseUnused();
    await train(engine(), {
      engine: name,
      trainer,
      config,
      start,
      pairs: randomPairs(config, 2, 12, 12),
      settings: { epochs: 25, batchSize: 1, microBatchSize: 1, gradientCheckpointing, dropout: 0.1 },
      reward: { headDropout: 0.1 },
      hooks: {
        onStep: () => {
          figures.push(engine().backend.memory());
          made.push(engine().buffersMade());
        },
      },
    });
    expect(figures).toHaveLength(50);
    expect(new Set(figures.map(({ tensors }) => tensors)).size).toBe(1);
    // The second step still meets a few shapes that the first did not have (moments next to the first gradient).
    expect(new Set(figures.slice(1).map(({ bytesAllocated }) => bytesAllocated)).size).toBe(1);
    expect(new Set(made.slice(1)).size).toBe(1);
  });

  it.each(cases)(
    '%s, %s, checkpointing %s: 50 steps over varying lengths',
    async (name, trainer, gradientCheckpointing) => {
      const figures: MemoryFigures[] = [];
      engine().backend.releaseUnused();
      await train(engine(), {
        engine: name,
        trainer,
        config,
        start,
        // Shuffled micro-batches of two: every epoch pairs other lengths.
        pairs: randomPairs(config, 20, 3, 70),
        settings: { epochs: 5, batchSize: 2, microBatchSize: 2, gradientCheckpointing, shuffle: true },
        hooks: { onStep: () => figures.push(engine().backend.memory()) },
      });
      expect(figures).toHaveLength(50);
      expect(new Set(figures.map(({ tensors }) => tensors)).size).toBe(1);
      expect(largest(figures.slice(10))).toBeLessThanOrEqual(1.5 * largest(figures.slice(0, 10)));
    },
  );

  /** Memory after each of some generations, of prompts with `lengths(i)` tokens. */
  async function generations(count: number, lengths: (generation: number) => number[]) {
    const [before, figures, made]: [number, MemoryFigures[], number[]] = [tensorCount(), [], []];
    const model = createDefinitionModel(config, randomWeights(config, 1));
    model.addParameters('policy', randomLora(config, 2));
    engine().backend.releaseUnused();
    for (let generation = 0; generation < count; generation++) {
      await generateResponses({
        model,
        parameters: 'policy',
        prompts: lengths(generation).map((length, i) => randomIds(config, length, generation, i)),
        settings: {
          samplesPerPrompt: 2,
          maxNewTokens: 7,
          batchSize: 3,
          seed: generation,
          endTokenIds: [],
          temperature: 1,
          topK: 0,
          topP: 0.9,
          repetitionPenalty: 1.1,
        },
        gate: openGate,
        onProgress: () => {},
      });
      figures.push(engine().backend.memory());
      made.push(engine().buffersMade());
    }
    model.dispose();
    expect(tensorCount()).toBe(before);
    return { figures, made };
  }

  it('5 generations at one length', async () => {
    const { figures, made } = await generations(5, () => [11, 11, 11]);
    expect(new Set(figures.map(({ tensors }) => tensors)).size).toBe(1);
    expect(new Set(figures.map(({ bytesAllocated }) => bytesAllocated)).size).toBe(1);
    expect(new Set(made).size).toBe(1);
  });

  it('8 generations over varying lengths: twelve prompts by three, then again in other company', async () => {
    const lengths = Array.from({ length: 12 }, (_, i) => 1 + ((37 * i) % 110));
    const three = (i: number) => (i < 4 ? [3 * i, 3 * i + 1, 3 * i + 2] : [i - 4, i, i + 4]);
    const { figures } = await generations(8, (i) => three(i).map((prompt) => lengths[prompt]!));
    expect(new Set(figures.map(({ tensors }) => tensors)).size).toBe(1);
    expect(largest(figures.slice(4))).toBeLessThanOrEqual(1.5 * largest(figures.slice(0, 4)));
  });
});
