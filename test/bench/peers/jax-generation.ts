/**
 * Greedy decoding in jax-js, as its own chat models do it: a KV cache of static shape, one jitted function for the
 * prefill and one for a step, with the position as an argument, so that neither is traced twice.
 */
import { blockUntilReady, jit, nn, numpy as np, tree } from '@jax-js/jax';
import type { LlamaConfig } from '../../../src/model/config';
import type { GenerationContender } from '../contender';
import type { DeviceCounts } from '../support/counted-device';
import {
  feedForward,
  jaxRope,
  jaxWeights,
  linear,
  projectWith,
  queriesKeysValues,
  rmsNorm,
  startJax,
  type JaxLayer,
  type JaxRope,
  type JaxWeights,
} from './jax-model';

/** Keys and values [slots, capacity, kvHeads, headDim] a layer. */
type Cache = { key: np.Array; value: np.Array }[];

interface Prepared {
  device: DeviceCounts;
  config: LlamaConfig;
  weights: JaxWeights;
  rope: JaxRope;
  prefill: ReturnType<typeof jitPrefill>;
  step: ReturnType<typeof jitStep>;
}

/** @param capacity tokens that a slot's cache holds */
export function jaxGeneration(capacity: number): GenerationContender {
  let prepared: Prepared | undefined;
  let dispatches = 0;
  const current = () => {
    if (!prepared) throw new Error('internal: prepare() first');
    return prepared;
  };
  return {
    name: 'jax-js',
    prepare: async (model) => {
      const device = await startJax();
      const { config } = model;
      const [weights, rope] = [jaxWeights(model), jaxRope(config, capacity)];
      await blockUntilReady([weights.head, rope.cos]);
      device.resetPeak();
      prepared = {
        device,
        config,
        weights,
        rope,
        prefill: jitPrefill(config, capacity),
        step: jitStep(config, capacity),
      };
    },
    generate: async (prompts, newTokens) => {
      const { device } = current();
      const before = device.dispatches();
      const started = performance.now();
      const { ids, stepDispatches } = await decode(current(), prompts, newTokens);
      dispatches = device.dispatches() - before;
      return { ids, stepDispatches, seconds: (performance.now() - started) / 1000 };
    },
    counts: () => {
      const { device } = current();
      return { dispatches, flops: 0, peakBytes: device.peakBytes(), bytesNow: device.bytesNow() };
    },
    dispose: async () => {
      if (!prepared) return;
      tree.dispose([prepared.rope.cos, prepared.rope.sin]);
      tree.dispose(prepared.weights);
      prepared.prefill.dispose();
      prepared.step.dispose();
      prepared = undefined;
    },
  };
}

async function decode(
  { device, weights, rope, prefill, step }: Prepared,
  prompts: readonly number[][],
  newTokens: number,
) {
  const length = prompts[0]!.length;
  const input = np.array(Int32Array.from(prompts.flat()), { shape: [prompts.length, length], dtype: np.int32 });
  let [cache, tokens] = prefill(tree.ref(weights), tree.ref(rope), input);
  const ids = prompts.map((): number[] => []);
  let stepDispatches: number | null = null;
  for (let taken = 0; ; taken++) {
    const found = await tokens.ref.data();
    ids.forEach((row, slot) => row.push(found[slot]!));
    if (taken === newTokens - 1) break;
    const before = device.dispatches();
    const position = np.array(length + taken, { dtype: np.int32 });
    [cache, tokens] = step(tree.ref(weights), tree.ref(rope), cache, tokens, position);
    await blockUntilReady(tokens);
    stepDispatches = device.dispatches() - before;
  }
  tree.dispose(cache);
  tokens.dispose();
  return { ids, stepDispatches };
}

/** Ids of the most likely tokens [slots], from hidden states [slots, hidden]. */
function nextTokens(config: LlamaConfig, { norm, head }: Pick<JaxWeights, 'norm' | 'head'>, x: np.Array): np.Array {
  return np.argmax(linear(rmsNorm(x, norm, config.normEpsilon), head), -1);
}

function jitPrefill(config: LlamaConfig, capacity: number) {
  return jit(function prefill(weights: JaxWeights, rope: JaxRope, ids: np.Array): [Cache, np.Array] {
    const length = ids.shape[1]!;
    const cache: Cache = [];
    const start = { cos: rope.cos.slice([0, length]), sin: rope.sin.slice([0, length]) };
    let x = weights.embed.slice(ids);
    weights.layers.forEach((layer) => {
      const normed = rmsNorm(x.ref, layer.inputNorm, config.normEpsilon);
      const { q, k, v } = queriesKeysValues(config, projectWith(layer, null, 0), normed, tree.ref(start));
      const padding = { 1: [0, capacity - length] as [number, number] };
      cache.push({ key: np.pad(k.ref, padding), value: np.pad(v.ref, padding) });
      x = rest(config, layer, x, nn.dotProductAttention(q, k, v, { isCausal: true }));
    });
    tree.dispose(start);
    return [cache, nextTokens(config, weights, x.slice([], -1))];
  });
}

function jitStep(config: LlamaConfig, capacity: number) {
  return jit(function step(
    weights: JaxWeights,
    rope: JaxRope,
    cache: Cache,
    tokens: np.Array,
    position: np.Array,
  ): [Cache, np.Array] {
    const slots = tokens.shape[0]!;
    const at = np.arange(capacity).equal(position.ref).reshape([1, capacity, 1, 1]);
    const visible = np.arange(capacity).lessEqual(position.ref).reshape([1, 1, 1, capacity]);
    const row = (table: np.Array) => table.slice(position.ref.reshape([1]));
    const here = { cos: row(rope.cos), sin: row(rope.sin) };
    position.dispose();
    let x = weights.embed.slice(tokens.reshape([slots, 1]));
    const next = weights.layers.map((layer, i) => {
      const normed = rmsNorm(x.ref, layer.inputNorm, config.normEpsilon);
      const { q, k, v } = queriesKeysValues(config, projectWith(layer, null, 0), normed, tree.ref(here));
      const key = np.where(at.ref, k, cache[i]!.key);
      const value = np.where(at.ref, v, cache[i]!.value);
      const mixed = nn.dotProductAttention(q, key.ref, value.ref, { mask: visible.ref });
      x = rest(config, layer, x, mixed);
      return { key, value };
    });
    tree.dispose([at, visible, here.cos, here.sin]);
    return [next, nextTokens(config, weights, x.reshape([slots, config.hiddenSize]))];
  });
}

/** What a block does after attention: output projection, feed-forward, residuals. */
function rest(config: LlamaConfig, layer: JaxLayer, x: np.Array, mixed: np.Array): np.Array {
  const joined = mixed.reshape([...mixed.shape.slice(0, 2), config.heads * config.headDim]);
  const attended = x.add(linear(joined, layer.o));
  return attended.ref.add(feedForward(layer, rmsNorm(attended, layer.postNorm, config.normEpsilon)));
}
