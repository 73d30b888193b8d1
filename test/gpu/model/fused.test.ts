/**
 * The fused engine against the definitions on random models of both families with odd sizes: figures, states, logits,
 * and the gradients of adapters and of all weights; with shared prefixes, several groups, and every way to keep weights.
 */
import { expect, it } from 'vitest';
import type { NamedTensor, ParameterSet } from '../../../src/model/adapter-types';
import { lastTokenOnly, pairTargets, responseTargets, type TargetSequence } from '../../../src/model/batch';
import type { ModelConfig } from '../../../src/model/config';
import { createDefinitionModel } from '../../../src/model/definition-model';
import { runBlockForward } from '../../../src/model/fused/block';
import { layOutFlat } from '../../../src/model/fused/flat-batch';
import {
  createFusedModel,
  loadFusedModel,
  type FusedModel,
  type FusedModelOptions,
} from '../../../src/model/fused/fused-model';
import { packHalves } from '../../../src/model/fused/half';
import { unflatten } from '../../../src/model/fused/parameters';
import type { LanguageModel, Objective, PassRequest, TrainingRequest } from '../../../src/model/language-model';
import type { WeightStream } from '../../../src/model/weight-stream';
import { dispose, fromHost, mul, sum, toHost, type Vector, type Tensor } from '../../../src/ops/tensor';
import {
  gpt2Config,
  llamaConfig,
  randomIds,
  randomLora,
  randomPairs,
  randomWeights,
  relativeError,
  tiedLlamaConfig,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';

const configs: [string, ModelConfig][] = [
  ['qwen3', llamaConfig],
  ['tied llama', tiedLlamaConfig],
  ['gpt2', gpt2Config],
];

/** Weights that fp16 holds exactly, so that halves round nothing and fp32 tolerances apply to them. */
function halfWeights(config: ModelConfig): Map<string, NamedTensor> {
  return new Map(
    [...randomWeights(config, 1)].map(([name, { shape, data }]) => {
      if (shape.length < 2) return [name, { shape, data }];
      const halves = new Uint16Array(data.length);
      packHalves(data, 1, data.length, data.length, halves);
      return [name, { shape, data: Float32Array.from(halves, halfToFloat) }];
    }),
  );
}

function halfToFloat(half: number): number {
  const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 31, half & 0x3ff];
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Pairs of a shared prompt, a lone sequence, and three samples of one prompt of which two begin alike. */
function groupsOf(config: ModelConfig): TargetSequence[][] {
  const prompt = randomIds(config, 7, 'prompt');
  const samples = [3, 9, 1].map((length, i) => [...prompt.slice(0, 5), ...randomIds(config, length, 'sample', i % 2)]);
  return [
    ...randomPairs(config, 2).map(pairTargets),
    [responseTargets(prompt, randomIds(config, 11, 'response'))],
    samples.map((ids) => ({ ids, targetFrom: 4, targets: ids.slice(5) })),
  ];
}

/** Which rows of the last block's output are read: of how many tokens, and by how many sequences each. */
function readings(config: ModelConfig): Record<string, TargetSequence[][]> {
  const groups = groupsOf(config);
  const common = randomIds(config, 9, 'common');
  const branches = [4, 2].map((length) => [...common, ...randomIds(config, length, 'branch', length)]);
  const alone = randomIds(config, 12, 'alone');
  return {
    responses: groups,
    'last tokens': groups.map((group) => group.map(({ ids }) => lastTokenOnly(ids))),
    'one token of many, and some that two sequences share': [
      [{ ids: alone, targetFrom: 5, targets: [alone[6]!] }],
      branches.map((ids) => ({ ids, targetFrom: 3, targets: ids.slice(4) })),
    ],
    'all tokens': [...groups, branches.map((ids) => lastTokenOnly(ids))].map((group) =>
      group.map(({ ids }) => ({ ids, targetFrom: 0, targets: ids })),
    ),
  };
}

describeWith(['lavapipe'], 'the fused engine', () => {
  const engine = useEngine();

  const withModels = async (
    config: ModelConfig,
    options: Partial<FusedModelOptions>,
    work: (fused: FusedModel, definition: LanguageModel) => Promise<void>,
  ) => {
    const weights = halfWeights(config);
    const { runtime } = engine().backend;
    const before = runtime.ledger.total();
    const fused = createFusedModel(runtime, config, weights, { software: true, ...options });
    const definition = createDefinitionModel(config, weights);
    await work(fused, definition);
    fused.dispose();
    definition.dispose();
    await runtime.finish();
    const { readback = 0 } = runtime.ledger.byCategory();
    expect(runtime.ledger.total() - readback).toBeLessThanOrEqual(before);
  };

  /** As a file would give them: in pieces of two rows. */
  async function* piecesOf(weights: ReadonlyMap<string, NamedTensor>): WeightStream {
    for (const [name, { shape, data }] of [...weights].toReversed()) {
      const columns = shape[1] ?? 1;
      for (let row = 0; row < shape[0]!; row += 2)
        yield { name, row, values: data.slice(row * columns, (row + 2) * columns) };
    }
  }

  it.each(configs)('%s: weights that come in pieces are those that come at once', async (_, config) => {
    const weights = halfWeights(config);
    const { runtime } = engine().backend;
    for (const weightType of ['packed', 'f32'] as const) {
      const options = { software: true, weightType };
      const [whole, streamed] = [
        createFusedModel(runtime, config, weights, options),
        await loadFusedModel(runtime, config, piecesOf(weights), options),
      ];
      expect((await streamed.baseWeights()).tensors).toEqual((await whole.baseWeights()).tensors);
      expect((await streamed.baseWeights()).tensors).toEqual(weights);
      whole.dispose();
      streamed.dispose();
    }
  });

  it('a weight beyond fp16, or one that is missing, is refused and leaves nothing on the GPU', async () => {
    const { runtime } = engine().backend;
    const before = runtime.ledger.total();
    const weights = halfWeights(llamaConfig);
    const name = 'model.layers.0.mlp.down_proj.weight';
    const { shape, data } = weights.get(name)!;
    const large = data.slice();
    large[0] = 70_000;
    large[large.length - 1] = -1e6;
    const damaged = new Map([...weights, [name, { shape, data: large }]]);
    const options = { software: true, weightType: 'packed' } as const;
    const refusal = /down_proj\.weight has 2 values beyond the range of fp16/;
    expect(() => createFusedModel(runtime, llamaConfig, damaged, options)).toThrow(refusal);
    await expect(loadFusedModel(runtime, llamaConfig, piecesOf(damaged), options)).rejects.toThrow(refusal);
    const partial = new Map([...weights].slice(0, -1));
    await expect(loadFusedModel(runtime, llamaConfig, piecesOf(partial), options)).rejects.toThrow(/no weight/);
    expect(runtime.ledger.total()).toBe(before);
  });

  it.each(
    configs.flatMap(([name, config]) => (['f32', 'packed', 'native'] as const).map((type) => ({ name, config, type }))),
  )(
    '$name, weights $type: figures, states, logits and hidden states are the definition’s',
    async ({ config, type }) => {
      await withModels(config, { weightType: type }, async (fused, definition) => {
        for (const model of [fused, definition]) model.addParameters('policy', randomLora(config, 2));
        for (const parameters of [null, 'policy']) {
          const request: PassRequest = { groups: groupsOf(config), parameters };
          const [found, wanted] = [await fused.figures(request), await definition.figures(request)];
          for (const field of ['logp', 'entropy', 'correct', 'count'] as const)
            expect(
              relativeError(
                found.map((f) => f[field]),
                wanted.map((f) => f[field]),
              ),
              field,
            ).toBeLessThan(2e-5);
          const [tokens, wantedTokens] = [await fused.targetLogps(request), await definition.targetLogps(request)];
          expect(tokens.map(({ length }) => length)).toEqual(wantedTokens.map(({ length }) => length));
          expect(
            relativeError(
              tokens.flatMap((one) => [...one]),
              wantedTokens.flatMap((one) => [...one]),
            ),
          ).toBeLessThan(2e-5);
          tokens.forEach((logps, i) =>
            expect(logps.reduce((sum, logp) => sum + logp, 0)).toBeCloseTo(found[i]?.logp ?? Number.NaN, 3),
          );
          const lasts = {
            groups: groupsOf(config).map((group) => group.map(({ ids }) => lastTokenOnly(ids))),
            parameters,
          };
          const states = [await fused.states(lasts), await definition.states(lasts)];
          expect(relativeError(await toHost(states[0]!), await toHost(states[1]!))).toBeLessThan(2e-5);
          dispose(states);
          const prompts = [3, 8, 1].map((length) => randomIds(config, length, 'next', length));
          const logits = [
            await fused.nextTokenLogits(parameters, prompts),
            await definition.nextTokenLogits(parameters, prompts),
          ];
          logits[0]!.forEach((row, i) => expect(relativeError(row, logits[1]![i]!)).toBeLessThan(2e-5));
        }
        const ids = randomIds(config, 13, 'inspect');
        const [found, wanted] = [await fused.inspect('policy', ids), await definition.inspect('policy', ids)];
        expect(relativeError(found.logits, wanted.logits)).toBeLessThan(2e-5);
        found.hidden.forEach((states, i) => expect(relativeError(states, wanted.hidden[i]!)).toBeLessThan(2e-5));
      });
    },
  );

  /** Any smooth function of what is read, different for every sequence. */
  const objectives = (config: ModelConfig): { name: string; objective: Objective; groups: TargetSequence[][] }[] =>
    Object.entries(readings(config)).map(([name, groups]) => {
      const count = groups.flat().length;
      if (groups.flat().every(({ targets }) => targets.length === 0)) {
        const plane = fromHost(
          Float32Array.from({ length: count * config.hiddenSize }, (_, i) => Math.cos(i * i)),
          [count, config.hiddenSize],
        );
        return { name, groups, objective: { readout: 'states', loss: (states: Tensor) => sum(mul(states, plane)) } };
      }
      const slopes = fromHost(
        Float32Array.from({ length: count }, (_, i) => Math.sin(3 * i + 1)),
        [count],
      );
      return { name, groups, objective: { readout: 'logps', loss: (logps: Vector) => sum(mul(logps, slopes)) } };
    });

  const gradientsOf = async (model: LanguageModel, request: TrainingRequest): Promise<Map<string, Float32Array>> => {
    const outcome = await model.train(request);
    if (model.engine === 'definition') {
      const { store } = model.parameters('policy');
      const found = new Map<string, Float32Array>();
      for (const slot of store.slots) found.set(slot.name, await toHost(outcome.gradients.get(slot.name)!));
      dispose([...outcome.gradients.values()]);
      return found;
    }
    const set = model.parameters('policy');
    const flat = new Float32Array(await model.runtime.read(set.gradient(), 0, set.layout.size * 4));
    set.releaseGradient();
    return new Map([...unflatten(set.layout, flat)].map(([name, { data }]) => [name, data]));
  };

  const transposed = (data: Float32Array, [rows, columns]: number[]) =>
    Float32Array.from(data, (_, i) => data[(i % rows!) * columns! + Math.floor(i / rows!)]!);

  it.each(configs)(
    '%s: gradients of an adapter, kept or recomputed, shared or not, are the definition’s',
    async (_, config) => {
      for (const options of [{}, { sharePrefixes: false }]) {
        await withModels(config, { weightType: 'packed', ...options }, async (fused, definition) => {
          for (const model of [fused, definition]) model.addParameters('policy', randomLora(config, 2));
          for (const { name: reading, objective, groups } of objectives(config)) {
            const request = { groups, parameters: 'policy', trainParameters: true, objective, checkpointing: false };
            const wanted = await gradientsOf(definition, request);
            const kept = await gradientsOf(fused, request);
            const recomputed = await gradientsOf(fused, { ...request, checkpointing: true });
            for (const [name, values] of wanted) {
              expect(relativeError(kept.get(name)!, values), `${reading}: ${name}`).toBeLessThan(1e-4);
              expect(recomputed.get(name), `${reading}: ${name}`).toEqual(kept.get(name));
            }
          }
        });
      }
    },
  );

  it.each(configs)('%s: gradients of all weights are the definition’s', async (_, config) => {
    await withModels(config, { weightType: 'packed' }, async (fused, definition) => {
      const start: ParameterSet = { kind: 'full', tensors: halfWeights(config) };
      for (const model of [fused, definition]) model.addParameters('policy', start);
      for (const { name: reading, objective, groups } of objectives(config)) {
        const request = { groups, parameters: 'policy', trainParameters: true, objective, checkpointing: true };
        const wanted = await gradientsOf(definition, request);
        const found = await gradientsOf(fused, request);
        const kept = await gradientsOf(fused, { ...request, checkpointing: false });
        for (const [name, values] of wanted) {
          const { shape } = start.tensors.get(name)!;
          const flip = definition.engine === 'definition' && definition.architecture.isTransposed(name);
          const host = flip ? transposed(values, shape.toReversed()) : values;
          expect(relativeError(found.get(name)!, host), `${reading}: ${name}`).toBeLessThan(1e-4);
          expect(kept.get(name), `${reading}: ${name}`).toEqual(found.get(name));
        }
      }
    });
  });

  it.each(configs)('%s: the last block’s feed-forward is computed for the tokens read alone', async (_, config) => {
    await withModels(config, { weightType: 'packed' }, (fused) => {
      for (const [name, groups] of Object.entries(readings(config))) {
        const pass = fused.core.open({ groups, parameters: null }, { training: false });
        const { rowTokens, tokens } = layOutFlat(groups);
        expect(pass.read, name).toBe(name === 'all tokens' ? null : new Set(rowTokens).size);
        expect(pass.tokens, name).toBe(tokens);
        const before = fused.runtime.counts().flops;
        runBlockForward(pass, config.layers - 2, pass.arena.buffer('x.0'), pass.arena.buffer('x.1'));
        const between = fused.runtime.counts().flops;
        runBlockForward(pass, config.layers - 1, pass.arena.buffer('x.1'), pass.arena.buffer('x.0'));
        const after = fused.runtime.counts().flops;
        const [attended, up] = [config.heads * config.headDim, config.family === 'llama' ? 3 : 2];
        const perToken = 2 * config.hiddenSize * (attended + up * config.intermediateSize);
        const saved = perToken * (pass.tokens - (pass.read ?? pass.tokens));
        // With the norm and the activation, which take some operations an element.
        const ratio = (between - before - (after - between)) / Math.max(saved, 1);
        if (pass.read === null) expect(ratio).toBe(0);
        else expect(ratio > 0.99 && ratio < 1.2, `${name}: ${ratio}`).toBe(true);
      }
      return Promise.resolve();
    });
  });

  it.each(configs)('%s: with dropout, gradients are the slopes of the loss, kept or recomputed', async (_, config) => {
    await withModels(config, { weightType: 'packed' }, async (fused) => {
      const adapter = randomLora(config, 2, 0.5);
      const dropout = { rate: 0.3, seed: 7, step: 3, microBatch: 1 };
      for (const { name: reading, objective, groups } of objectives(config)) {
        const request = {
          groups,
          parameters: 'policy',
          trainParameters: true,
          objective,
          checkpointing: false,
          dropout,
        };
        fused.addParameters('policy', adapter);
        const gradients = await gradientsOf(fused, request);
        const recomputed = await gradientsOf(fused, { ...request, checkpointing: true });
        expect(recomputed, reading).toEqual(gradients);
        for (const layer of [0, config.layers - 1]) {
          const inLayer = [...gradients].filter(([name]) => name.includes(`.${layer}.`));
          const length = Math.sqrt(inLayer.flatMap(([, g]) => [...g]).reduce((all, g) => all + g * g, 0));
          const lossAt = async (distance: number) => {
            const moved = new Map(adapter.tensors);
            for (const [name, gradient] of inLayer) {
              const { shape, data } = adapter.tensors.get(name)!;
              moved.set(name, { shape, data: data.map((value, i) => value + (distance * gradient[i]!) / length) });
            }
            fused.addParameters('policy', { ...adapter, tensors: moved });
            return (await fused.train({ ...request, trainParameters: false })).loss;
          };
          const step = 0.002;
          const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
          expect(Math.abs(slope / length - 1), `${reading}, layer ${layer}: ${slope} of ${length}`).toBeLessThan(0.01);
        }
      }
    });
  });
});
