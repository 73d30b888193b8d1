/** Several named parameter sets on one base: switching, replacing, removing, and none leaves a trace on another. */
import { expect, it } from 'vitest';
import type { ParameterSet } from '../../../src/model/adapter-types';
import { createDefinitionModel, type DefinitionModel } from '../../../src/model/definition-model';
import { tensorCount } from '../../../src/ops/tensor';
import { sequenceLogps } from '../../../src/training/sequence-logps';
import { trainSft } from '../../../src/training/sft';
import {
  chosenExamples,
  flatValues,
  gpt2Config,
  llamaConfig,
  openGate,
  plainSettings,
  randomLora,
  randomPairs,
  randomWeights,
  stepRecorder,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';

describeWith(['lavapipe'], 'parameter sets', () => {
  useEngine();

  const logps = (model: DefinitionModel, parameters: string | null) =>
    sequenceLogps({
      model,
      parameters,
      sequences: chosenExamples(randomPairs(model.config, 5)),
      batchSize: 3,
      gate: openGate,
    });

  it.each([llamaConfig, gpt2Config])('$modelType: three sets and the base, in any order, never mix', async (config) => {
    const base = randomWeights(config, 1);
    const model = createDefinitionModel(config, base);
    const bare = await logps(model, null);
    const sets: [string, ParameterSet][] = [
      ['first', randomLora(config, 2)],
      ['second', randomLora(config, 3)],
      ['full', { kind: 'full', tensors: randomWeights(config, 4) }],
    ];
    const alone = new Map<string, Float32Array>();
    for (const [name, set] of sets) {
      const single = createDefinitionModel(config, base);
      single.addParameters(name, set);
      alone.set(name, await logps(single, name));
      single.dispose();
      model.addParameters(name, set);
    }
    for (const name of ['second', null, 'full', 'first', null, 'second', 'first']) {
      expect(await logps(model, name)).toEqual(name === null ? bare : alone.get(name));
    }
    const different = new Set([...alone.values(), bare].map((values) => values.join()));
    expect(different.size).toBe(4);
    model.dispose();
  });

  it('reads back what was put in, replaces by name, removes, and then knows the name no more', async () => {
    const before = tensorCount();
    const model = createDefinitionModel(llamaConfig, randomWeights(llamaConfig, 1));
    const loaded = tensorCount();
    const bare = await logps(model, null);
    const [first, second] = [randomLora(llamaConfig, 2), randomLora(llamaConfig, 3)];
    model.addParameters('a', first);
    expect(await model.readParameters('a')).toEqual(first);
    const underFirst = await logps(model, 'a');
    model.addParameters('a', second);
    expect(await model.readParameters('a')).toEqual(second);
    expect(await logps(model, 'a')).not.toEqual(underFirst);
    model.removeParameters('a');
    expect(model.hasParameters('a')).toBe(false);
    expect(() => model.parameters('a')).toThrow('internal: no parameter set "a"');
    expect(await logps(model, null)).toEqual(bare);
    model.removeParameters('never there');
    expect(tensorCount()).toBe(loaded);
    model.dispose();
    expect(tensorCount()).toBe(before);
  });

  it('a new adapter (B = 0) and a full copy of the base equal the base bit for bit', async () => {
    const model = createDefinitionModel(llamaConfig, randomWeights(llamaConfig, 1));
    const bare = await logps(model, null);
    model.addParameters('new', randomLora(llamaConfig, 2, 0));
    model.addParameters('copy', await model.baseWeights());
    expect(await logps(model, 'new')).toEqual(bare);
    expect(await logps(model, 'copy')).toEqual(bare);
    expect((await model.readParameters('copy')).tensors).toEqual(randomWeights(llamaConfig, 1));
    model.dispose();
  });

  it('training one set changes neither another, nor the base, nor the arrays it came from', async () => {
    const model = createDefinitionModel(llamaConfig, randomWeights(llamaConfig, 1));
    const start = randomLora(llamaConfig, 2);
    const startValues = flatValues(start.tensors);
    model.addParameters('policy', start);
    model.addParameters('reference', start);
    const [bare, reference] = [await logps(model, null), await logps(model, 'reference')];
    const settings = { ...plainSettings, lossOn: 'response' as const };
    const examples = chosenExamples(randomPairs(llamaConfig, 8));
    await trainSft({ model, parameters: 'policy', examples, settings, hooks: stepRecorder().hooks });
    expect(await logps(model, 'policy')).not.toEqual(reference);
    expect(await logps(model, 'reference')).toEqual(reference);
    expect(await logps(model, null)).toEqual(bare);
    expect(flatValues((await model.readParameters('reference')).tensors)).toEqual(startValues);
    expect(flatValues(start.tensors)).toEqual(startValues);
    model.dispose();
  });
});
