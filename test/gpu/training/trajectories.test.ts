/** Trajectories of all three trainers: accumulation, seeds, resumption; the start of DPO; full-parameter training. */
import { expect, it } from 'vitest';
import type { ParameterSet } from '../../../src/model/adapter-types';
import type { ModelConfig } from '../../../src/model/config';
import type { DefinitionModel } from '../../../src/model/definition-model';
import { weightSpecs } from '../../../src/model/weight-specs';
import { TrainingError } from '../../../src/protocol/errors';
import type { TrainingState } from '../../../src/training/hooks';
import { gpt2Config, randomLora, randomPairs, randomWeights, relativeError, useEngine } from '../../support/engine';
import { describeWith } from '../../support/needs';
import { metricsOf, smallConfig, train, trainers, type Training } from './trainers';

/** All that is random in training, switched on. */
const everythingRandom: Pick<Training, 'settings' | 'reward'> = {
  settings: { dropout: 0.1, shuffle: true, schedule: 'cosine', warmup: { ratio: 0.2 } },
  reward: { headDropout: 0.1 },
};

describeWith(['lavapipe'], 'training', () => {
  useEngine();

  it.each(trainers)(
    '%s: 16 x 1, 4 x 4 and 1 x 16 give the same trajectory, the last partial step too',
    async (trainer) => {
      const pairs = randomPairs(smallConfig, 21);
      const runs = [];
      for (const microBatchSize of [1, 4, 16]) {
        runs.push(await train({ trainer, pairs, settings: { batchSize: 16, microBatchSize, learningRate: 1e-3 } }));
      }
      const [first, ...others] = runs;
      expect(first!.steps).toHaveLength(2);
      for (const other of others) {
        const wanted = metricsOf(first!.steps);
        metricsOf(other.steps).forEach((metrics, step) => {
          expect(Object.keys(metrics)).toEqual(Object.keys(wanted[step]!));
          for (const [name, value] of Object.entries(metrics)) {
            const [a, b] = [value, wanted[step]![name]!];
            expect(Math.abs(a - b) / Math.max(1, Math.abs(b)), `${name} at step ${step + 1}`).toBeLessThan(1e-5);
          }
        });
        // The reward head's last bias has no gradient but rounding noise: it cancels between chosen and rejected.
        const compared = trainer === 'reward' ? -1 : undefined;
        expect(relativeError(other.values.slice(0, compared), first!.values.slice(0, compared))).toBeLessThan(1e-5);
      }
    },
  );

  it.each(trainers)(
    '%s: the same seed gives the same bits with dropout and shuffling, another seed does not',
    async (trainer) => {
      const run = (seed: number, shuffle = true) =>
        train({
          trainer,
          pairs: randomPairs(smallConfig, 10),
          ...everythingRandom,
          settings: { ...everythingRandom.settings, seed, shuffle },
        });
      const [first, again, other] = [await run(5), await run(5), await run(6)];
      expect(again.values).toEqual(first.values);
      expect(metricsOf(again.steps)).toEqual(metricsOf(first.steps));
      expect(other.values).not.toEqual(first.values);
      // In the given order only dropout is left to differ.
      expect((await run(6, false)).values).not.toEqual((await run(5, false)).values);
    },
  );

  it.each(trainers)(
    '%s: a run resumed from any checkpoint ends with the bits of the uninterrupted one',
    async (trainer) => {
      const states: TrainingState[] = [];
      const training: Training = {
        trainer,
        pairs: randomPairs(smallConfig, 10),
        ...everythingRandom,
        settings: { ...everythingRandom.settings, epochs: 2 },
      };
      const onCheckpoint = (state: TrainingState) => {
        states.push(structuredClone(state));
        return Promise.resolve();
      };
      const whole = await train({ ...training, hooks: { onCheckpoint, checkpointEvery: 2 } });
      expect(whole.steps).toHaveLength(6);
      expect(states.map(({ step }) => step)).toEqual([2, 4, 6]);
      for (const resumeFrom of states.slice(0, 2)) {
        const resumed = await train({ ...training, hooks: { resumeFrom } });
        expect(resumed.values).toEqual(whole.values);
        expect(metricsOf(resumed.steps)).toEqual(metricsOf(whole.steps).slice(resumeFrom.step));
      }
      const finished = await train({ ...training, hooks: { resumeFrom: states[2]! } });
      expect(finished.steps).toHaveLength(0);
      expect(finished.values).toEqual(whole.values);
    },
  );

  it('a resumed run needs the moments: without them it goes elsewhere', async () => {
    const states: TrainingState[] = [];
    const training: Training = { trainer: 'sft', pairs: randomPairs(smallConfig, 10) };
    const onCheckpoint = async (state: TrainingState) => void states.push(structuredClone(state));
    const whole = await train({ ...training, hooks: { onCheckpoint, checkpointEvery: 1 } });
    const size = states[0]!.parameters.length;
    const forgetful = { ...states[0]!, firstMoment: new Float32Array(size), secondMoment: new Float32Array(size) };
    const resumed = await train({ ...training, hooks: { resumeFrom: forgetful } });
    expect(resumed.values).not.toEqual(whole.values);
  });

  it.each([
    ['an adapter as the reference', 0, {}],
    ['label smoothing 0.2', 0.2, {}],
    ['the bare base as the reference of a new adapter', 0, { reference: null }],
  ])('DPO starts at loss ln 2 and margin 0: %s', async (_name, labelSmoothing, args) => {
    const { steps } = await train({
      trainer: 'dpo',
      pairs: randomPairs(smallConfig, 12),
      start: randomLora(smallConfig, 2, 'reference' in args ? 0 : 0.1),
      dpo: { labelSmoothing, ...args },
    });
    expect(steps[0]!.metrics['loss']).toBeCloseTo(Math.LN2, 6);
    for (const zero of ['rewards/margins', 'rewards/chosen', 'rewards/rejected', 'kl', 'kl_sft']) {
      expect(Math.abs(steps[0]!.metrics[zero]!), zero).toBeLessThan(1e-6);
    }
    expect(Math.abs(steps.at(-1)!.metrics['rewards/margins']!)).toBeGreaterThan(1e-4);
  });

  it('DPO stops before the first update when the reference is another model, and says so', async () => {
    const start = randomLora(smallConfig, 2);
    const run = (dpo: NonNullable<Training['dpo']>, more: Partial<Training> = {}) =>
      train({
        trainer: 'dpo',
        pairs: randomPairs(smallConfig, 12),
        start,
        before: (model) => model.addParameters('another', randomLora(smallConfig, 9)),
        dpo,
        ...more,
      });
    for (const [reference, dropout] of [
      ['another', 0],
      [null, 0],
      ['another', 0.1],
    ] as const) {
      const found: ParameterSet[] = [];
      const afterFailure = async (model: DefinitionModel) => void found.push(await model.readParameters('policy'));
      const error: unknown = await run({ reference }, { afterFailure, settings: { dropout } }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(TrainingError);
      expect(error).toMatchObject({ step: 1 });
      expect(String(error)).toContain('the reference is not the model that training starts from');
      expect(found).toEqual([start]);
    }
    expect((await run({ reference: 'another', startsAtReference: false })).steps).toHaveLength(3);
    expect((await run({ reference: 'reference' }, { settings: { dropout: 0.1 } })).steps).toHaveLength(3);
  });

  it.each([
    ['sft', smallConfig],
    ['dpo', { ...gpt2Config, layers: 1 }],
    ['reward', smallConfig],
    ['reward', { ...gpt2Config, layers: 1 }],
  ] as [Training['trainer'], ModelConfig][])('full parameters: %s lowers its loss', async (trainer, config) => {
    const start = randomWeights(config, 3);
    const { steps, policy } = await train({
      trainer,
      config,
      pairs: randomPairs(config, 8),
      start: { kind: 'full', tensors: start },
      settings: { epochs: 4, learningRate: 3e-3, gradientCheckpointing: true },
    });
    const loss = steps.map(({ metrics }) => metrics['loss']!);
    expect(loss.at(-1)! + loss.at(-2)!).toBeLessThan((loss[0]! + loss[1]!) * 0.85);
    expect([...policy.tensors.keys()]).toEqual(weightSpecs(config).map(({ name }) => name));
    for (const [name, { shape, data }] of policy.tensors) {
      expect(shape, name).toEqual(start.get(name)!.shape);
      // A reward never reads the logits' matrix: neither gradient nor decay may move it.
      const isUntouched = trainer === 'reward' && name === 'lm_head.weight';
      expect(data.join() === start.get(name)!.data.join(), name).toBe(isUntouched);
    }
  });
});
