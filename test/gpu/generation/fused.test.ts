/**
 * Generation by the fused engine: its tokens against the definition's logits, for every kind of model and parameter set;
 * slots that are used again; long caches; and what it costs: dispatches a layer, allocations, prefills of a prompt.
 */
import { expect, it } from 'vitest';
import { generateResponses, type GeneratedResponse, type GenerationSettings } from '../../../src/generation/generate';
import { keptDistribution } from '../../../src/generation/sampling';
import { philoxRandom, streamKeys } from '../../../src/data/seeded-random';
import type { NamedTensor, ParameterSet } from '../../../src/model/adapter-types';
import type { ModelConfig } from '../../../src/model/config';
import { createDefinitionModel } from '../../../src/model/definition-model';
import { openDecodeSession } from '../../../src/model/fused/decode-session';
import { createFusedModel, type FusedModel } from '../../../src/model/fused/fused-model';
import { scoreSequences } from '../../../src/generation/score';
import type { LanguageModel } from '../../../src/model/language-model';
import { halfOf, valueOfHalf } from '../../bench/support/halves';
import {
  gpt2Config,
  llamaConfig,
  openGate,
  randomIds,
  randomLora,
  randomWeights,
  relativeError,
  tiedLlamaConfig,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';
import { startHead } from '../training/trainers';

const greedy: GenerationSettings = {
  samplesPerPrompt: 1,
  maxNewTokens: 7,
  batchSize: 3,
  seed: 5,
  endTokenIds: [2],
  temperature: 0,
  topK: 0,
  topP: 1,
  repetitionPenalty: 1,
};
const sampled: GenerationSettings = { ...greedy, samplesPerPrompt: 2, temperature: 0.8, repetitionPenalty: 1.2 };

/** The cache holds halves: logits differ from the definition's by about 2^-11 of the values in them. */
const logitTolerance = 5e-3;

const promptsFor = (config: ModelConfig) => [3, 9, 1, 14, 6, 2, 5].map((length, i) => randomIds(config, length, i));

/** Random weights that fp16 holds exactly. */
const halfWeights = (config: ModelConfig): Map<string, NamedTensor> =>
  new Map(
    [...randomWeights(config, 1)].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value) => valueOfHalf(halfOf(value))) },
    ]),
  );

const idsOf = (responses: GeneratedResponse[]) => responses.map(({ ids, endTokenId }) => [...ids, endTokenId]);

/** Each token is the best, or nearly, by the definition's own logits after the tokens before it. */
async function expectGreedy(
  model: LanguageModel,
  parameters: string | null,
  prompts: number[][],
  responses: GeneratedResponse[],
) {
  for (const { prompt, ids, endTokenId } of responses) {
    const drawn = [...ids, ...(endTokenId === null ? [] : [endTokenId])];
    const prefixes = drawn.map((_, i) => [...prompts[prompt]!, ...drawn.slice(0, i)]);
    const logits = await model.nextTokenLogits(parameters, prefixes);
    logits.forEach((row, i) => {
      const scale = Math.max(...row.map(Math.abs));
      expect(row[drawn[i]!]! / scale).toBeGreaterThan(Math.max(...row) / scale - logitTolerance);
    });
  }
}

describeWith(['lavapipe'], 'generation by the fused kernels', () => {
  const engine = useEngine();

  const openModel = (config: ModelConfig, weights = halfWeights(config)): FusedModel => {
    const model = createFusedModel(engine().backend.runtime, config, weights, { software: true });
    model.addParameters('policy', randomLora(config, 2));
    return model;
  };
  const generate = (
    model: LanguageModel,
    prompts: number[][],
    settings: GenerationSettings,
    parameters: string | null = 'policy',
  ) => generateResponses({ model, parameters, prompts, settings, gate: openGate, onProgress: () => {} });

  it.each([
    ['qwen3', llamaConfig],
    ['tied llama', tiedLlamaConfig],
    ['gpt2', gpt2Config],
  ] as const)(
    '%s: greedy tokens are the definition’s, with an adapter, without, and with all weights',
    async (_, config) => {
      const weights = halfWeights(config);
      const [fused, definition] = [openModel(config, weights), createDefinitionModel(config, weights)];
      const all: ParameterSet = { kind: 'full', tensors: randomWeights(config, 3) };
      definition.addParameters('policy', randomLora(config, 2));
      for (const model of [fused, definition]) model.addParameters('all', all);
      const prompts = promptsFor(config);
      for (const parameters of ['policy', null, 'all']) {
        const responses = await generate(fused, prompts, greedy, parameters);
        await expectGreedy(definition, parameters, prompts, responses);
      }
      fused.dispose();
      definition.dispose();
    },
  );

  it('sampled tokens are the definition’s draws with the same random numbers', async () => {
    const weights = halfWeights(llamaConfig);
    const [fused, definition] = [openModel(llamaConfig, weights), createDefinitionModel(llamaConfig, weights)];
    definition.addParameters('policy', randomLora(llamaConfig, 2));
    const prompts = promptsFor(llamaConfig);
    const settings = { ...sampled, topK: 9, topP: 0.9, endTokenIds: [] };
    let close = 0;
    for (const { prompt, sample, ids } of await generate(fused, prompts, settings)) {
      const promptIds = prompts[prompt]!;
      const random = philoxRandom(...streamKeys(settings.seed, 'sample', promptIds.join(' '), 0, sample));
      const before = ids.map((_, i) => [...promptIds, ...ids.slice(0, i)]);
      const logits = await definition.nextTokenLogits('policy', before);
      logits.forEach((row, i) => {
        const { ids: kept, probs } = keptDistribution(row, settings, before[i]!);
        const order = [...kept.keys()].toSorted((a, b) => kept[a]! - kept[b]!);
        const uniform = random();
        let sum = 0;
        for (const at of order) {
          if (kept[at] === ids[i]) {
            // Its stretch of the cumulative distribution holds the uniform, but for the halves in the cache.
            if (sum - 0.02 < uniform && uniform < sum + probs[at]! + 0.02) close++;
          }
          sum += probs[at]!;
        }
      });
    }
    // A token at the cut of top-k or top-p may be kept by one and not by the other.
    expect(close / (prompts.length * 2 * settings.maxNewTokens)).toBeGreaterThan(0.97);
    fused.dispose();
    definition.dispose();
  });

  it('packed and native halves give the same tokens', async () => {
    const { backend } = engine();
    const prompts = promptsFor(llamaConfig);
    const found: unknown[] = [];
    for (const weightType of ['packed', 'native'] as const) {
      const model = createFusedModel(backend.runtime, llamaConfig, halfWeights(llamaConfig), {
        software: true,
        weightType,
      });
      found.push(idsOf(await generate(model, prompts, greedy, null)));
      model.dispose();
    }
    expect(found[0]).toEqual(found[1]);
  });

  it('a cache of several splits gives the definition’s tokens, whatever the slots', async () => {
    const config = { ...tiedLlamaConfig, contextLength: 400 };
    const weights = halfWeights(config);
    const [fused, definition] = [openModel(config, weights), createDefinitionModel(config, weights)];
    definition.addParameters('policy', randomLora(config, 2));
    const prompts = [300, 4, 257].map((length, i) => randomIds(config, length, i));
    const settings = { ...greedy, maxNewTokens: 5 };
    const responses = await generate(fused, prompts, settings);
    await expectGreedy(definition, 'policy', prompts, responses);
    expect(idsOf(await generate(fused, prompts, { ...settings, batchSize: 1 }))).toEqual(idsOf(responses));
    fused.dispose();
    definition.dispose();
  });

  it('takes at most 12 dispatches a layer and step, also with a long cache', () => {
    for (const [capacity, most] of [
      [200, 11],
      [400, 12],
    ] as const) {
      const steps = [2, 3].map((layers) => {
        const model = openModel({ ...llamaConfig, layers, contextLength: 400 });
        const { runtime } = model;
        const session = openDecodeSession(model, {
          parameters: 'policy',
          slots: 4,
          capacity,
          sampling: greedy,
          endTokenIds: [2],
        });
        const before = runtime.counts().dispatches;
        session.step();
        const taken = runtime.counts().dispatches - before;
        session.dispose();
        model.dispose();
        return taken;
      });
      expect(steps[1]! - steps[0]!).toBe(most);
      expect(steps[0]! - 2 * most).toBe(4);
    }
  });

  it('allocates at the start only, and computes the prompt of several samples once', async () => {
    const model = openModel(llamaConfig);
    const { runtime } = model;
    const prompts = promptsFor(llamaConfig);
    const settings = { ...sampled, samplesPerPrompt: 4, endTokenIds: [] };
    await generate(model, prompts, settings);
    const created: number[] = [];
    const gate = async () => void created.push(runtime.ledger.created());
    const counts = async (samplesPerPrompt: number, batchSize: number) => {
      const before = runtime.counts();
      const args = { model, parameters: 'policy', prompts: [prompts[3]!], onProgress: () => {} };
      await generateResponses({ ...args, gate, settings: { ...settings, samplesPerPrompt, batchSize } });
      return runtime.counts().dispatches - before.dispatches;
    };
    const [one, two, reused] = [await counts(1, 1), await counts(2, 2), await counts(2, 1)];
    // Copies: one dispatch a layer. In the same slot: nothing, but twice the steps.
    expect(two - one).toBe(llamaConfig.layers);
    const steps = settings.maxNewTokens * (11 * llamaConfig.layers + 4);
    expect(reused - one).toBe(steps);
    created.length = 0;
    await generateResponses({ model, parameters: 'policy', prompts, gate, settings, onProgress: () => {} });
    expect(created.length).toBeGreaterThan(5);
    expect(new Set(created.slice(1)).size).toBe(1);
    model.dispose();
  });

  it('scores of sequences that begin alike are those of each alone, with fewer tokens computed', async () => {
    const model = openModel(llamaConfig);
    const head = startHead(llamaConfig);
    const prompts = [12, 8].map((length, i) => randomIds(llamaConfig, length, 'prompt', i));
    const sequences = prompts.flatMap((prompt, p) =>
      [3, 5].map((n) => [...prompt, ...randomIds(llamaConfig, n, p, n)]),
    );
    const score = async (batchSize: number) => {
      const before = model.runtime.counts().flops;
      const args = { model, parameters: 'policy', head, sequences, batchSize, gate: openGate, onProgress: () => {} };
      const scores = await scoreSequences(args);
      return { scores, flops: model.runtime.counts().flops - before };
    };
    const [alone, together] = [await score(1), await score(4)];
    expect(relativeError(together.scores, alone.scores)).toBeLessThan(1e-5);
    expect(together.flops).toBeLessThan(0.75 * alone.flops);
    model.dispose();
  });

  it('a logit that is not a number is an error', async () => {
    const weights = halfWeights(llamaConfig);
    const broken = { kind: 'full' as const, tensors: new Map(weights) };
    const norm = weights.get('model.norm.weight')!;
    broken.tensors.set('model.norm.weight', { ...norm, data: norm.data.map(() => NaN) });
    const model = openModel(llamaConfig, weights);
    model.addParameters('broken', broken);
    await expect(generate(model, promptsFor(llamaConfig), greedy, 'broken')).rejects.toThrow(/not a number/);
    model.dispose();
  });
});
