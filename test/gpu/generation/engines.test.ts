/** What holds for generation by every engine: all that must not change a response, and where a response ends. */
import { describe, expect, it } from 'vitest';
import { generateResponses, type GeneratedResponse, type GenerationSettings } from '../../../src/generation/generate';
import type { ModelConfig } from '../../../src/model/config';
import { createDefinitionModel } from '../../../src/model/definition-model';
import { createFusedModel } from '../../../src/model/fused/fused-model';
import type { LanguageModel } from '../../../src/model/language-model';
import { tensorCount } from '../../../src/ops/tensor';
import { CancelledError, InputError } from '../../../src/protocol/errors';
import {
  gpt2Config,
  llamaConfig,
  openGate,
  randomIds,
  randomLora,
  randomWeights,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';

const sampled: GenerationSettings = {
  samplesPerPrompt: 2,
  maxNewTokens: 9,
  batchSize: 4,
  seed: 11,
  endTokenIds: [2],
  temperature: 1,
  topK: 0,
  topP: 0.95,
  repetitionPenalty: 1.1,
};
const greedy: GenerationSettings = { ...sampled, samplesPerPrompt: 1, temperature: 0, repetitionPenalty: 1 };

const promptsFor = (config: ModelConfig) => [3, 9, 1, 14, 6].map((length, i) => randomIds(config, length, i));

const idsOf = (responses: GeneratedResponse[]) => responses.map(({ ids, endTokenId }) => [...ids, endTokenId]);

const generate = (model: LanguageModel, prompts: number[][], settings: GenerationSettings) =>
  generateResponses({ model, parameters: 'policy', prompts, settings, gate: openGate, onProgress: () => {} });

describeWith(['lavapipe'], 'generation', () => {
  describe.each(['definition', 'fused'] as const)('by the %s engine', (kind) => {
    const engine = useEngine();

    const loadedModel = (config: ModelConfig): LanguageModel => {
      const weights = randomWeights(config, 1);
      const model =
        kind === 'fused'
          ? createFusedModel(engine().backend.runtime, config, weights, { software: true })
          : createDefinitionModel(config, weights);
      model.addParameters('policy', randomLora(config, 2));
      return model;
    };

    it('neither batch size nor order of prompts changes what is sampled; the seed does', async () => {
      const model = loadedModel(llamaConfig);
      const prompts = promptsFor(llamaConfig);
      const wanted = idsOf(await generate(model, prompts, sampled));
      for (const batchSize of [1, 3, 64]) {
        expect(idsOf(await generate(model, prompts, { ...sampled, batchSize }))).toEqual(wanted);
      }
      const reversed = idsOf(await generate(model, prompts.toReversed(), sampled));
      expect(reversed).toEqual(prompts.flatMap((_, i) => wanted.slice((4 - i) * 2, (4 - i) * 2 + 2)));
      expect(idsOf(await generate(model, prompts, { ...sampled, seed: 12 }))).not.toEqual(wanted);
      model.dispose();
    });

    it('samples of one prompt differ, also when the prompt is given twice, and come in order of prompt and sample', async () => {
      const model = loadedModel(llamaConfig);
      const prompt = randomIds(llamaConfig, 4, 'twice');
      const responses = await generate(model, [prompt, prompt], { ...sampled, samplesPerPrompt: 3 });
      expect(responses.map(({ prompt: p, sample }) => [p, sample])).toEqual(
        [0, 1].flatMap((p) => [0, 1, 2].map((s) => [p, s])),
      );
      expect(new Set(idsOf(responses).map((ids) => ids.join())).size).toBe(6);
      model.dispose();
    });

    it('stops a row at its end token, keeps it out of the ids, and lets the others go on', async () => {
      const model = loadedModel(llamaConfig);
      const prompts = promptsFor(llamaConfig);
      const free = await generate(model, prompts, { ...greedy, endTokenIds: [] });
      const endTokenIds = [free[0]!.ids[3]!, free[1]!.ids[0]!];
      const stopped = await generate(model, prompts, { ...greedy, endTokenIds });
      stopped.forEach((response, i) => {
        const end = free[i]!.ids.findIndex((id) => endTokenIds.includes(id));
        expect(response.ended).toBe(end >= 0);
        expect(response.endTokenId).toBe(end >= 0 ? free[i]!.ids[end] : null);
        expect(response.ids).toEqual(end >= 0 ? free[i]!.ids.slice(0, end) : free[i]!.ids);
      });
      expect(stopped[0]!.ids.length).toBeLessThanOrEqual(3);
      expect(stopped[1]!.ids).toEqual([]);
      model.dispose();
    });

    it.each([llamaConfig, gpt2Config])(
      '$modelType: a long prompt ends at the context, and takes no room from its neighbours',
      async (config) => {
        const model = loadedModel(config);
        const full = config.contextLength;
        const prompts = [full - 1, full - 3, 5, full - 9].map((length, i) => randomIds(config, length, 'long', i));
        const settings = { ...greedy, endTokenIds: [] };
        const together = await generate(model, prompts, settings);
        expect(together.map(({ ids }) => ids.length)).toEqual([1, 3, 9, 9]);
        expect(together.every(({ ended, endTokenId }) => !ended && endTokenId === null)).toBe(true);
        const alone = await generate(model, prompts, { ...settings, batchSize: 1 });
        expect(idsOf(together)).toEqual(idsOf(alone));
        model.dispose();
      },
    );

    it('an empty prompt, and one that fills the context, are errors that name the prompt', async () => {
      const model = loadedModel(llamaConfig);
      const good = randomIds(llamaConfig, 4);
      await expect(generate(model, [good, []], greedy)).rejects.toThrow(InputError);
      await expect(generate(model, [good, []], greedy)).rejects.toThrow(/Prompt 2 has no tokens/);
      const full = randomIds(llamaConfig, llamaConfig.contextLength);
      await expect(generate(model, [full], greedy)).rejects.toThrow(InputError);
      await expect(generate(model, [full], greedy)).rejects.toThrow(/Prompt 1 has 61 tokens/);
      model.dispose();
    });

    it('a cancelled generation leaves no tensor and no buffer behind', async () => {
      const model = loadedModel(llamaConfig);
      await generate(model, promptsFor(llamaConfig), greedy);
      const tensors = tensorCount();
      const { ledger } = engine().backend.runtime;
      const bytes = ledger.total();
      for (const calls of [0, 1, 2]) {
        let left = calls;
        const gate = () => (left-- > 0 ? openGate() : Promise.reject(new CancelledError('stopped')));
        const args = { model, parameters: 'policy', prompts: promptsFor(llamaConfig), settings: greedy, gate };
        await expect(generateResponses({ ...args, onProgress: () => {} })).rejects.toThrow(CancelledError);
        expect(tensorCount()).toBe(tensors);
        expect(ledger.total()).toBe(bytes);
      }
      model.dispose();
    });

    it('progress never falls and ends at the number of responses', async () => {
      const model = loadedModel(llamaConfig);
      const done: number[] = [];
      await generateResponses({
        model,
        parameters: 'policy',
        prompts: promptsFor(llamaConfig),
        settings: sampled,
        gate: openGate,
        onProgress: (count, total) => {
          expect(total).toBe(10);
          done.push(count);
        },
      });
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(done.at(-1)).toBe(10);
      model.dispose();
    });
  });
});
