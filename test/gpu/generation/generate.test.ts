/** The definitions' generation against full forward passes, and scores. What holds for every engine: engines.test.ts. */
import { expect, it } from 'vitest';
import { generateResponses, type GenerationSettings } from '../../../src/generation/generate';
import { scoreSequences } from '../../../src/generation/score';
import { createBatch, disposeBatch, lastTokenOnly } from '../../../src/model/batch';
import type { ModelConfig } from '../../../src/model/config';
import { createDecoder } from '../../../src/model/decode';
import { runForward } from '../../../src/model/forward-backward';
import { createDefinitionModel, type DefinitionModel } from '../../../src/model/definition-model';
import { toHost } from '../../../src/ops/tensor';
import {
  gpt2Config,
  llamaConfig,
  openGate,
  randomIds,
  randomLora,
  randomWeights,
  relativeError,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';
import { dot, rowsOf } from '../ops/reference';
import { startHead } from '../training/trainers';

const greedy: GenerationSettings = {
  samplesPerPrompt: 1,
  maxNewTokens: 9,
  batchSize: 4,
  seed: 11,
  endTokenIds: [2],
  temperature: 0,
  topK: 0,
  topP: 1,
  repetitionPenalty: 1,
};

const promptsFor = (config: ModelConfig) => [3, 9, 1, 14, 6].map((length, i) => randomIds(config, length, i));

function loadedModel(config: ModelConfig): DefinitionModel {
  const model = createDefinitionModel(config, randomWeights(config, 1));
  model.addParameters('policy', randomLora(config, 2));
  return model;
}

/** Next-token logits by a full forward pass over one sequence; the product with the head in float64. */
async function logitsWithoutCache(model: DefinitionModel, ids: number[]): Promise<number[]> {
  const batch = createBatch([lastTokenOnly(ids)], model.config.contextLength);
  const hidden = runForward(model, { batch, parameters: 'policy', readout: 'hidden' });
  const state = Float64Array.from(await toHost(hidden));
  const head = await toHost(model.weight('policy', model.architecture.headWeight));
  hidden.dispose();
  disposeBatch(batch);
  return rowsOf(head, state.length).map((row) => dot(state, row));
}

describeWith(['lavapipe'], 'generation', () => {
  useEngine();

  const generate = (model: DefinitionModel, prompts: number[][], settings: GenerationSettings) =>
    generateResponses({ model, parameters: 'policy', prompts, settings, gate: openGate, onProgress: () => {} });

  it.each([llamaConfig, gpt2Config])('$modelType: greedy with a cache equals greedy by full passes', async (config) => {
    const model = loadedModel(config);
    const prompts = promptsFor(config);
    const responses = await generate(model, prompts, { ...greedy, endTokenIds: [] });
    for (const [i, { ids }] of responses.entries()) {
      const sequence = [...prompts[i]!];
      while (sequence.length < prompts[i]!.length + greedy.maxNewTokens) {
        const logits = await logitsWithoutCache(model, sequence);
        sequence.push(logits.indexOf(Math.max(...logits)));
      }
      expect([...prompts[i]!, ...ids]).toEqual(sequence);
    }
    model.dispose();
  });

  it.each([llamaConfig, gpt2Config])(
    '$modelType: the decoder’s logits equal a full pass in every step',
    async (config) => {
      const model = loadedModel(config);
      const prompts = promptsFor(config);
      const decoder = createDecoder(model, 'policy', prompts, 4);
      const sequences = prompts.map((prompt) => [...prompt]);
      for (let step = 0; step < 4; step++) {
        const tokens = Int32Array.from(prompts, (_, row) => 3 + ((5 * row + 7 * step) % (config.vocabSize - 3)));
        const logits = step === 0 ? await decoder.prefill() : await decoder.step(tokens);
        if (step > 0) sequences.forEach((sequence, row) => sequence.push(tokens[row]!));
        for (const [row, sequence] of sequences.entries()) {
          expect(relativeError(logits[row]!, await logitsWithoutCache(model, sequence))).toBeLessThan(1e-5);
        }
      }
      decoder.dispose();
      model.dispose();
    },
  );

  it('scores do not depend on the batch, and the head reads the last token’s state', async () => {
    const model = loadedModel(llamaConfig);
    const head = startHead(llamaConfig);
    const sequences = promptsFor(llamaConfig);
    const score = (batchSize: number) =>
      scoreSequences({ model, parameters: 'policy', head, sequences, batchSize, gate: openGate, onProgress: () => {} });
    const [one, many] = [await score(1), await score(4)];
    expect(relativeError(many, one)).toBeLessThan(1e-5);
    for (const [i, ids] of sequences.entries()) {
      const batch = createBatch([lastTokenOnly(ids)], llamaConfig.contextLength);
      const state = runForward(model, { batch, parameters: 'policy', readout: 'hidden' });
      const x = Float64Array.from(await toHost(state));
      const [w0, b0, w3, b3] = ['0.weight', '0.bias', '3.weight', '3.bias'].map((name) => head.get(name)!.data);
      const inner = rowsOf(w0!, x.length).map((row, unit) => Math.max(0, dot(x, row) + b0![unit]!));
      const wanted = inner.reduce((sum, value, unit) => sum + value * w3![unit]!, b3![0]!);
      expect(one[i]).toBeCloseTo(wanted, 5);
      state.dispose();
      disposeBatch(batch);
    }
    model.dispose();
  });
});
