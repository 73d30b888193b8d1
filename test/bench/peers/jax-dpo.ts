/**
 * The DPO step in jax-js: padded batches, loss, gradient (valueAndGrad), clipping and AdamW as one jitted function.
 */
import { blockUntilReady, jit, makeJaxpr, nn, numpy as np, tree, valueAndGrad, type Jaxpr } from '@jax-js/jax';
import type { LlamaConfig } from '../../../src/model/config';
import { dpoSettings, type Counts, type DpoContender, type ReferencedPair } from '../contender';
import {
  feedForward,
  jaxAdapter,
  jaxRope,
  jaxWeights,
  linear,
  projectWith,
  queriesKeysValues,
  rmsNorm,
  startJax,
  toJax,
  type JaxFactors,
  type JaxRope,
  type JaxWeights,
} from './jax-model';

/** Right-padded: ids [2 pairs, length]; chosen responses first. All prompts, and all responses, have one length. */
type Batch = { ids: np.Array; targets: np.Array; reference: np.Array; rope: JaxRope };

type Frozen = { weights: JaxWeights; batch: Batch };

type TrainState = { adapter: JaxFactors; first: JaxFactors; second: JaxFactors };

interface Shape {
  config: LlamaConfig;
  scale: number;
  pairs: number;
  promptTokens: number;
  responseTokens: number;
}

export function jaxDpo(): DpoContender {
  let stepper: Stepper | undefined;
  const current = () => {
    if (!stepper) throw new Error('internal: prepare() first');
    return stepper;
  };
  return {
    name: 'jax-js',
    prepare: async (model, pairs) => {
      stepper = await createStepper(model, pairs);
    },
    step: () => current().step(),
    gradientNorm: () => current().norm(),
    counts: () => current().counts(),
    dispose: async () => {
      stepper?.dispose();
      stepper = undefined;
    },
  };
}

interface Stepper {
  step(): Promise<number>;
  norm(): number;
  counts(): Counts;
  dispose(): void;
}

async function createStepper(
  model: Parameters<DpoContender['prepare']>[0],
  pairs: readonly ReferencedPair[],
): Promise<Stepper> {
  const device = await startJax();
  const [promptTokens, responseTokens] = [pairs[0]!.promptIds.length, pairs[0]!.chosenIds.length];
  const { rank, alpha } = model.adapter.config;
  const shape = { config: model.config, scale: alpha / rank, pairs: pairs.length, promptTokens, responseTokens };
  const frozen: Frozen = { weights: jaxWeights(model), batch: batchOf(model.config, pairs) };
  const adapter = jaxAdapter(model);
  const zeros = () => tree.map((x: np.Array) => np.zeros(x.shape), adapter);
  let state: TrainState = { adapter, first: zeros(), second: zeros() };
  const flops = dotFlops(makeJaxpr(trainStep(shape))(state, frozen, np.array(1), np.array(1)).jaxpr.jaxpr);
  const step = jit(trainStep(shape));
  await blockUntilReady(frozen);
  device.resetPeak();
  let [taken, norm, dispatches] = [0, 0, 0];
  return {
    step: async () => {
      const before = device.dispatches();
      taken++;
      const corrections = [1 - dpoSettings.beta1 ** taken, 1 - dpoSettings.beta2 ** taken] as const;
      const [next, figures] = step(state, tree.ref(frozen), np.array(corrections[0]), np.array(corrections[1]));
      state = next;
      const [loss, gradientNorm] = await figures.data();
      await blockUntilReady(state);
      norm = gradientNorm!;
      dispatches = device.dispatches() - before;
      return loss!;
    },
    norm: () => norm,
    counts: () => ({ dispatches, flops, peakBytes: device.peakBytes(), bytesNow: device.bytesNow() }),
    dispose: () => {
      tree.dispose(state);
      tree.dispose(frozen);
      step.dispose();
    },
  };
}

function batchOf(config: LlamaConfig, pairs: readonly ReferencedPair[]): Batch {
  const rows = [
    ...pairs.map((pair) => [pair, pair.chosenIds] as const),
    ...pairs.map((p) => [p, p.rejectedIds] as const),
  ];
  const ids = rows.map(([{ promptIds }, responseIds]) => [...promptIds, ...responseIds]);
  const length = ids[0]!.length;
  const margins = pairs.map((pair) => pair.referenceChosenLogp - pair.referenceRejectedLogp);
  const integers = (values: number[][]) =>
    np.array(Int32Array.from(values.flat()), { shape: [values.length, values[0]!.length], dtype: np.int32 });
  return {
    ids: integers(ids),
    targets: integers(rows.map(([, responseIds]) => responseIds)),
    reference: toJax(Float32Array.from(margins), [pairs.length]),
    rope: jaxRope(config, length),
  };
}

/** Summed log-probabilities of the responses. [2 pairs] */
function responseLogps(shape: Shape, adapter: JaxFactors[], { weights, batch }: Frozen): np.Array {
  const { config, promptTokens, responseTokens } = shape;
  const { ids, targets, rope } = batch;
  let x = weights.embed.slice(ids);
  weights.layers.forEach((layer, i) => (x = block(shape, layer, adapter[i]!, x, tree.ref(rope))));
  tree.dispose(rope);
  const rows = x.slice([], [promptTokens - 1, promptTokens + responseTokens - 1]);
  const logits = linear(rmsNorm(rows, weights.norm, config.normEpsilon), weights.head);
  const isTarget = np.arange(config.vocabSize).equal(targets.reshape([...targets.shape, 1]));
  const picked = np.where(isTarget, logits.ref, 0).sum(-1);
  return picked.sub(nn.logsumexp(logits, -1)).sum(-1);
}

function block(
  { config, scale }: Shape,
  layer: JaxWeights['layers'][number],
  adapter: JaxFactors,
  x: np.Array,
  rope: JaxRope,
): np.Array {
  const project = projectWith(layer, adapter, scale);
  const normed = rmsNorm(x.ref, layer.inputNorm, config.normEpsilon);
  const { q, k, v } = queriesKeysValues(config, project, normed, rope);
  const mixed = nn.dotProductAttention(q, k, v, { isCausal: true });
  const attended = x.add(project('o', mixed.reshape([...mixed.shape.slice(0, 2), config.heads * config.headDim])));
  return attended.ref.add(feedForward(layer, rmsNorm(attended, layer.postNorm, config.normEpsilon)));
}

/** -log sigmoid(beta (policy margin - reference margin)), the mean over pairs. */
function dpoLoss(shape: Shape) {
  return (adapter: JaxFactors[], frozen: Frozen): np.Array => {
    const reference = frozen.batch.reference;
    const logps = responseLogps(shape, adapter, frozen);
    const margin = logps.ref.slice([0, shape.pairs]).sub(logps.slice([shape.pairs, 2 * shape.pairs]));
    return nn.softplus(margin.sub(reference).mul(-dpoSettings.beta)).mean();
  };
}

/** The next state, and [loss, gradient norm]. */
function trainStep(shape: Shape) {
  const lossAndGradient = valueAndGrad(dpoLoss(shape));
  const { learningRate, beta1, beta2, epsilon, maxGradNorm } = dpoSettings;
  return function trainStep(
    { adapter, first, second }: TrainState,
    frozen: Frozen,
    correction1: np.Array,
    correction2: np.Array,
  ): [TrainState, np.Array] {
    const [loss, gradients] = lossAndGradient(unstack(adapter, shape.config.layers), frozen);
    const gradient = tree.map(
      (first: np.Array, ...others: np.Array[]) => np.stack([first, ...others]),
      gradients[0]!,
      ...gradients.slice(1),
    );
    const squares = tree.leaves<np.Array>(gradient).map((g) => np.square(g.ref).sum());
    const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
    const factor = np.minimum(np.trueDivide(maxGradNorm, norm.ref.add(1e-6)), 1);
    const clipped = tree.map((g: np.Array) => g.mul(factor.ref), gradient);
    const nextFirst = tree.map((m: np.Array, g: np.Array) => m.mul(beta1).add(g.ref.mul(1 - beta1)), first, clipped);
    const nextSecond = tree.map(
      (v: np.Array, g: np.Array) => v.mul(beta2).add(np.square(g).mul(1 - beta2)),
      second,
      clipped,
    );
    const moved = tree.map(
      (p: np.Array, m: np.Array, v: np.Array) => {
        const spread = np.sqrt(v.ref.div(correction2.ref)).add(epsilon);
        return p.sub(m.ref.div(correction1.ref).div(spread).mul(learningRate));
      },
      adapter,
      nextFirst,
      nextSecond,
    );
    tree.dispose([factor, correction1, correction2]);
    return [{ adapter: moved, first: nextFirst, second: nextSecond }, np.stack([loss, norm])];
  };
}

/** One set of factors a layer; views, so that the gradient comes one layer at a time. */
function unstack(stacked: JaxFactors, layers: number): JaxFactors[] {
  return Array.from({ length: layers }, (_, layer) => tree.map((x: np.Array) => x.ref.slice(layer), stacked));
}

/** FLOPs of all products of `jaxpr`, after its dead code is gone: a "dot" sums over the last axis of both inputs. */
function dotFlops(jaxpr: Jaxpr): number {
  return jaxpr
    .flatten()
    .simplify()
    .eqns.reduce((sum, eqn) => {
      if (String(eqn.primitive) !== 'dot') return sum;
      const outputs = eqn.outBinders[0]!.aval.size;
      return sum + 2 * outputs * eqn.inputs[0]!.aval.shape.at(-1)!;
    }, 0);
}
