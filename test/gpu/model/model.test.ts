/**
 * Whole tiny models of both families against the float64 reference: token figures, hidden states, and the gradient of
 * every single tensor along random directions, for LoRA and for full parameters, with and without checkpointing.
 */
import { expect, it } from 'vitest';
import type { NamedTensor, ParameterSet } from '../../../src/model/adapter-types';
import { createBatch, disposeBatch, lastTokenOnly, responseTargets } from '../../../src/model/batch';
import type { ModelConfig } from '../../../src/model/config';
import { runForward, runTraining } from '../../../src/model/forward-backward';
import { createDefinitionModel, type DefinitionModel } from '../../../src/model/definition-model';
import { transposeHost } from '../../../src/model/parameter-store';
import { dispose, mul, sum, tensorCount, toHost } from '../../../src/ops/tensor';
import { dropoutMask } from '../../../src/model/dropout';
import { readFigures, sequenceLogpsOf } from '../../../src/model/token-readout';
import {
  chosenExamples,
  gpt2Config,
  llamaConfig,
  randomLora,
  randomPairs,
  randomTensor,
  randomWeights,
  relativeError,
  tiedLlamaConfig,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';
import { flat } from '../ops/reference';
import { hiddenStates, responseFigures, type ReferenceModel } from './reference-model';

/** fp32 through two blocks and a softmax. */
const forwardTolerance = 1e-5;
const gradientTolerance = 2e-5;

const inFloat64 = (tensors: Map<string, NamedTensor>) =>
  [...tensors].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }] as const);

function referenceOf(config: ModelConfig, base: Map<string, NamedTensor>, set: ParameterSet | null): ReferenceModel {
  const weights = new Map([...inFloat64(base), ...(set ? inFloat64(set.tensors) : [])]);
  return { config, weights, lora: set?.kind === 'lora' ? set.config : null };
}

const examplesOf = (config: ModelConfig) => chosenExamples(randomPairs(config, 3));

/** Weights of the sequences in the loss, so that no two count the same. */
const weightOf = (sequence: number) => 0.3 + 0.2 * sequence;

function referenceLoss(reference: ReferenceModel): number {
  return examplesOf(reference.config).reduce((total, { promptIds, responseIds }, i) => {
    const figures = responseFigures(reference, promptIds, responseIds);
    return total - weightOf(i) * figures.reduce((sumOfLogps, { logp }) => sumOfLogps + logp, 0);
  }, 0);
}

interface Gradients {
  loss: number;
  /** In the shapes of safetensors and PEFT. */
  byName: Map<string, Float32Array>;
}

async function gradientsOf(model: DefinitionModel, checkpointing: boolean, dropout = 0): Promise<Gradients> {
  const { config, architecture } = model;
  const batch = createBatch(
    examplesOf(config).map(({ promptIds, responseIds }) => responseTargets(promptIds, responseIds)),
    config.contextLength,
  );
  const weights = Float32Array.from({ length: batch.size }, (_, i) => -weightOf(i));
  const pass = runTraining(model, {
    batch,
    parameters: 'trained',
    trainParameters: true,
    readout: 'tokens',
    loss: (statistics) => sum(mul(sequenceLogpsOf(statistics, batch), weights)),
    checkpointing,
    ...(dropout > 0 ? { dropout: (module, shape) => dropoutMask(dropout, shape, module) } : {}),
  });
  const byName = new Map<string, Float32Array>();
  for (const [name, gradient] of pass.gradients) {
    const values = await toHost(gradient);
    const isFlipped = model.parameters('trained').kind === 'full' && architecture.isTransposed(name);
    byName.set(name, isFlipped ? transposeHost(values, gradient.shape[0]!, gradient.shape[1]!) : values);
  }
  const loss = (await toHost(pass.loss))[0]!;
  dispose([pass.loss, pass.readout, ...pass.gradients.values()]);
  disposeBatch(batch);
  return { loss, byName };
}

/** d loss along `direction` of one tensor, by central differences in float64. */
function difference(reference: ReferenceModel, name: string, direction: Float32Array): number {
  const { data } = reference.weights.get(name)!;
  const original = data.slice();
  const at = (distance: number) => {
    direction.forEach((value, i) => (data[i] = original[i]! + distance * value));
    return referenceLoss(reference);
  };
  const step = 1e-5;
  const derivative = (at(step) - at(-step)) / (2 * step);
  data.set(original);
  return derivative;
}

const families: [string, ModelConfig][] = [
  ['Llama with grouped queries, biases, q/k norms, its own head', llamaConfig],
  ['Llama, tied head', tiedLlamaConfig],
  ['GPT-2', gpt2Config],
];

describeWith(['lavapipe'], 'a tiny model', () => {
  useEngine();

  it.each(families)(
    '%s: token figures and last states equal the reference, whatever the padding',
    async (_n, config) => {
      const base = randomWeights(config, 1);
      const [model, adapter, tensors] = [createDefinitionModel(config, base), randomLora(config, 2), tensorCount()];
      model.addParameters('a', adapter);
      const sequences = examplesOf(config).map(({ promptIds, responseIds }) => responseTargets(promptIds, responseIds));
      for (const set of [null, adapter]) {
        const reference = referenceOf(config, base, set);
        const parameters = set && 'a';
        const batch = createBatch(sequences, config.contextLength);
        const figures = await readFigures(
          runForward(model, { batch, parameters, readout: 'tokens' }),
          batch,
          sequences,
        );
        disposeBatch(batch);
        examplesOf(config).forEach(({ promptIds, responseIds }, i) => {
          const wanted = responseFigures(reference, promptIds, responseIds);
          const total = (key: 'logp' | 'entropy' | 'correct') => wanted.reduce((all, token) => all + token[key], 0);
          expect(relativeError([figures[i]!.logp], [total('logp')])).toBeLessThan(forwardTolerance);
          expect(relativeError([figures[i]!.entropy], [total('entropy')])).toBeLessThan(forwardTolerance);
          expect(figures[i]!.correct).toBe(total('correct'));
        });
        const last = createBatch(
          sequences.map(({ ids }) => lastTokenOnly(ids)),
          config.contextLength,
        );
        const states = runForward(model, { batch: last, parameters, readout: 'hidden' });
        const wanted = flat(sequences.map(({ ids }) => hiddenStates(reference, ids).at(-1)!));
        expect(relativeError(await toHost(states), wanted)).toBeLessThan(forwardTolerance);
        states.dispose();
        disposeBatch(last);
      }
      model.removeParameters('a');
      expect(tensorCount()).toBe(tensors);
      model.dispose();
    },
  );

  const sets: [string, ParameterSet['kind']][] = [
    ['LoRA', 'lora'],
    ['full parameters', 'full'],
  ];
  it.each(
    families.flatMap(([name, config]) => sets.map(([kindName, kind]) => [name, kindName, config, kind] as const)),
  )('%s, %s: the gradient of every tensor equals finite differences', async (_name, _kindName, config, kind) => {
    const base = randomWeights(config, 1);
    const set: ParameterSet = kind === 'lora' ? randomLora(config, 2) : { kind, tensors: randomWeights(config, 3) };
    const model = createDefinitionModel(config, base);
    model.addParameters('trained', set);
    const { loss, byName } = await gradientsOf(model, false);
    const reference = referenceOf(config, base, set);
    expect(relativeError([loss], [referenceLoss(reference)])).toBeLessThan(forwardTolerance);
    expect([...byName.keys()]).toEqual([...set.tensors.keys()]);
    // A derivative's error is that of the whole backward pass: relative to the largest gradient of any tensor.
    const scale = Math.max(...[...byName.values()].map((gradient) => Math.hypot(...gradient)));
    for (const [name, gradient] of byName) {
      const direction = randomTensor([gradient.length], 1 / Math.sqrt(gradient.length), 'direction', name).data;
      const along = gradient.reduce((total, value, i) => total + value * direction[i]!, 0);
      const error =
        Math.abs(along - difference(reference, name, direction)) / Math.max(Math.hypot(...gradient), scale * 1e-2);
      expect(error, name).toBeLessThan(gradientTolerance);
    }
    model.dispose();
  });

  it.each(
    families.flatMap(([name, config]) => sets.map(([kindName, kind]) => [name, kindName, config, kind] as const)),
  )('%s, %s: checkpointing gives the same gradients, with dropout too', async (_name, _kindName, config, kind) => {
    const model = createDefinitionModel(config, randomWeights(config, 1));
    const set: ParameterSet = kind === 'lora' ? randomLora(config, 2) : { kind, tensors: randomWeights(config, 3) };
    model.addParameters('trained', set);
    const before = tensorCount();
    for (const dropout of kind === 'lora' ? [0, 0.2] : [0]) {
      const [kept, recomputed] = [await gradientsOf(model, false, dropout), await gradientsOf(model, true, dropout)];
      expect(recomputed.loss).toBe(kept.loss);
      expect([...recomputed.byName.keys()].toSorted()).toEqual([...kept.byName.keys()].toSorted());
      for (const [name, gradient] of kept.byName) {
        expect(relativeError(recomputed.byName.get(name)!, gradient), name).toBeLessThan(1e-6);
      }
    }
    // Views of the set are made at first use and stay with it.
    expect(tensorCount()).toBe(before + set.tensors.size);
    model.dispose();
  });

  it('dropout reaches the adapter’s input alone: it changes LoRA passes, not those of the base', async () => {
    const model = createDefinitionModel(llamaConfig, randomWeights(llamaConfig, 1));
    model.addParameters('trained', randomLora(llamaConfig, 2));
    const [plain, dropped, again] = [
      await gradientsOf(model, false),
      await gradientsOf(model, false, 0.2),
      await gradientsOf(model, false, 0.2),
    ];
    expect(dropped.loss).not.toBe(plain.loss);
    expect(again.loss).toBe(dropped.loss);
    model.addParameters('trained', randomLora(llamaConfig, 2, 0));
    expect((await gradientsOf(model, false, 0.2)).loss).toBe((await gradientsOf(model, false)).loss);
    model.dispose();
  });
});
