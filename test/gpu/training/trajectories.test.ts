/**
 * Trajectories of all three trainers on both engines: accumulation, seeds, resumption; the start of DPO; full-parameter
 * training; and for the fused engine what must not change a bit: recomputing, budgets, and nearly so sharing prefixes.
 */
import { expect, it } from 'vitest';
import type { ParameterSet } from '../../../src/model/adapter-types';
import type { ModelConfig } from '../../../src/model/config';
import type { LanguageModel } from '../../../src/model/language-model';
import { weightSpecs } from '../../../src/model/weight-specs';
import { TrainingError } from '../../../src/protocol/errors';
import type { TrainingState } from '../../../src/training/hooks';
import { gpt2Config, randomLora, randomPairs, randomWeights, relativeError, useEngine } from '../../support/engine';
import { describeWith } from '../../support/needs';
import {
  engines,
  enginesAndTrainers,
  metricsOf,
  smallConfig,
  train,
  trainers,
  type EngineName,
  type Outcome,
  type Training,
} from './trainers';

/** All that is random in training, switched on. */
const everythingRandom: Pick<Training, 'settings' | 'reward'> = {
  settings: { dropout: 0.1, shuffle: true, schedule: 'cosine', warmup: { ratio: 0.2 } },
  reward: { headDropout: 0.1 },
};

describeWith(['lavapipe'], 'training', () => {
  const backend = useEngine();
  const run = (training: Training) => train(backend(), training);

  it.each(enginesAndTrainers)(
    '%s, %s: 16 x 1, 4 x 4 and 1 x 16 give the same trajectory, the last partial step too',
    async (engine, trainer) => {
      const pairs = randomPairs(smallConfig, 21);
      const runs = [];
      for (const microBatchSize of [1, 4, 16]) {
        const settings = { batchSize: 16, microBatchSize, learningRate: 1e-3 };
        runs.push(await run({ engine, trainer, pairs, settings }));
      }
      const [first, ...others] = runs;
      expect(first!.steps).toHaveLength(2);
      for (const other of others) {
        const wanted = metricsOf(first!.steps);
        metricsOf(other.steps).forEach((metrics, step) => {
          expect(Object.keys(metrics)).toEqual(Object.keys(wanted[step]!));
          for (const [name, value] of Object.entries(metrics)) {
            const [a, b] = [value, wanted[step]![name]!];
            const tolerance = name === 'loss' ? 1e-6 : 1e-5;
            expect(Math.abs(a - b) / Math.max(1, Math.abs(b)), `${name} at step ${step + 1}`).toBeLessThan(tolerance);
          }
        });
        // The reward head's last bias has no gradient but rounding noise: it cancels between chosen and rejected.
        const compared = trainer === 'reward' ? -1 : undefined;
        expect(relativeError(other.values.slice(0, compared), first!.values.slice(0, compared))).toBeLessThan(1e-5);
      }
    },
  );

  it.each(enginesAndTrainers)(
    '%s, %s: the same seed gives the same bits with dropout and shuffling, another seed does not',
    async (engine, trainer) => {
      // The fused engine over 20 steps; the definitions, which are slower, over 3.
      const epochs = engine === 'fused' ? 7 : 1;
      const seeded = (seed: number, shuffle = true) =>
        run({
          engine,
          trainer,
          pairs: randomPairs(smallConfig, 10),
          ...everythingRandom,
          settings: { ...everythingRandom.settings, seed, shuffle, epochs },
        });
      const [first, again, other] = [await seeded(5), await seeded(5), await seeded(6)];
      expect(first.steps).toHaveLength(3 * epochs);
      expect(again.values).toEqual(first.values);
      expect(metricsOf(again.steps)).toEqual(metricsOf(first.steps));
      expect(other.values).not.toEqual(first.values);
      // In the given order only dropout is left to differ.
      expect((await seeded(6, false)).values).not.toEqual((await seeded(5, false)).values);
    },
  );

  it.each(trainers)('fused, %s: all weights, 21 steps, the same seed gives the same bits', async (trainer) => {
    const training: Training = {
      engine: 'fused',
      trainer,
      pairs: randomPairs(smallConfig, 10),
      start: { kind: 'full', tensors: randomWeights(smallConfig, 3) },
      settings: { shuffle: true, epochs: 7, learningRate: 1e-3 },
      reward: { headDropout: 0.1 },
    };
    const [first, again] = [await run(training), await run(training)];
    expect(first.steps).toHaveLength(21);
    expect(metricsOf(again.steps)).toEqual(metricsOf(first.steps));
    expect(again.values).toEqual(first.values);
  });

  it.each(enginesAndTrainers)(
    '%s, %s: a run resumed from any checkpoint ends with the bits of the uninterrupted one',
    async (engine, trainer) => {
      const states: TrainingState[] = [];
      const training: Training = {
        engine,
        trainer,
        pairs: randomPairs(smallConfig, 10),
        ...everythingRandom,
        settings: { ...everythingRandom.settings, epochs: 2 },
      };
      const onCheckpoint = (state: TrainingState) => {
        states.push(structuredClone(state));
        return Promise.resolve();
      };
      const checkpointEvery = engine === 'fused' ? 1 : 4;
      const whole = await run({ ...training, hooks: { onCheckpoint, checkpointEvery } });
      expect(whole.steps).toHaveLength(6);
      // The last step is a checkpoint whatever the interval.
      expect(states.map(({ step }) => step)).toEqual(engine === 'fused' ? [1, 2, 3, 4, 5, 6] : [4, 6]);
      for (const resumeFrom of states) {
        const resumed = await run({ ...training, hooks: { resumeFrom } });
        expect(resumed.values).toEqual(whole.values);
        expect(metricsOf(resumed.steps)).toEqual(metricsOf(whole.steps).slice(resumeFrom.step));
      }
    },
  );

  it.each(trainers)('fused, %s: recomputed blocks and any budget change no bit', async (trainer) => {
    const config = { ...smallConfig, layers: 4 };
    const pairs = randomPairs(config, 8);
    const { runtime } = backend().backend;
    const outcomeAndPeak = async (training: Partial<Training>): Promise<[Outcome, number]> => {
      runtime.ledger.resetPeak();
      const outcome = await run({ engine: 'fused', trainer, config, pairs, ...training });
      return [outcome, runtime.ledger.peak()];
    };
    const full = { kind: 'full' as const, tensors: randomWeights(config, 3) };
    for (const [start, dropout] of [
      [randomLora(config, 2), 0.1],
      [full, 0],
    ] as const) {
      // The first run makes the readback buffers, which then stay.
      await outcomeAndPeak({ start, settings: { dropout } });
      const [whole, most] = await outcomeAndPeak({ start, settings: { dropout } });
      const recompute = { dropout, gradientCheckpointing: true };
      const [recomputed, least] = await outcomeAndPeak({ start, settings: recompute });
      // Four kept blocks take three more than none with its shared one: room for one and a half, and for two and a half.
      const blocks = (count: number) => Math.round(least + (count * (most - least)) / 3);
      const [one, ofOne] = await outcomeAndPeak({ start, settings: { dropout }, fused: { budgetBytes: blocks(1.5) } });
      const [two, ofTwo] = await outcomeAndPeak({ start, settings: { dropout }, fused: { budgetBytes: blocks(2.5) } });
      expect([ofOne, ofTwo]).toEqual([blocks(1), blocks(2)]);
      for (const other of [recomputed, one, two]) {
        expect(metricsOf(other.steps)).toEqual(metricsOf(whole.steps));
        expect(other.values).toEqual(whole.values);
      }
    }
  });

  it.each(trainers)('fused, %s: sharing prefixes changes nothing beyond rounding', async (trainer) => {
    const training: Training = {
      engine: 'fused',
      trainer,
      pairs: randomPairs(smallConfig, 8),
      settings: { epochs: 3 },
    };
    const [shared, alone] = [await run(training), await run({ ...training, fused: { sharePrefixes: false } })];
    metricsOf(alone.steps).forEach((metrics, step) => {
      const loss = shared.steps[step]!.metrics['loss']!;
      expect(Math.abs(metrics['loss']! - loss), `loss at step ${step + 1}`).toBeLessThan(1e-5 * Math.max(1, loss));
    });
    const compared = trainer === 'reward' ? -1 : undefined;
    expect(relativeError(alone.values.slice(0, compared), shared.values.slice(0, compared))).toBeLessThan(1e-4);
  });

  it('a resumed run needs the moments: without them it goes elsewhere', async () => {
    const states: TrainingState[] = [];
    const training: Training = { engine: 'fused', trainer: 'sft', pairs: randomPairs(smallConfig, 10) };
    const onCheckpoint = async (state: TrainingState) => void states.push(structuredClone(state));
    const whole = await run({ ...training, hooks: { onCheckpoint, checkpointEvery: 1 } });
    const size = states[0]!.parameters.length;
    const forgetful = { ...states[0]!, firstMoment: new Float32Array(size), secondMoment: new Float32Array(size) };
    const resumed = await run({ ...training, hooks: { resumeFrom: forgetful } });
    expect(resumed.values).not.toEqual(whole.values);
  });

  it.each([
    ['definition', 'an adapter as the reference', 0, {}],
    ['fused', 'an adapter as the reference', 0, {}],
    ['fused', 'label smoothing 0.2', 0.2, {}],
    ['definition', 'the bare base as the reference of a new adapter', 0, { reference: null }],
    ['fused', 'the bare base as the reference of a new adapter', 0, { reference: null }],
  ] as const)('%s, DPO starts at loss ln 2 and margin 0: %s', async (engine, _name, labelSmoothing, args) => {
    const { steps } = await run({
      engine,
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

  it.each(engines)(
    '%s: DPO stops before the first update when the reference is another model, and says so',
    async (engine) => {
      const start = randomLora(smallConfig, 2);
      const dpo = (args: NonNullable<Training['dpo']>, more: Partial<Training> = {}) =>
        run({
          engine,
          trainer: 'dpo',
          pairs: randomPairs(smallConfig, 12),
          start,
          before: (model) => model.addParameters('another', randomLora(smallConfig, 9)),
          dpo: args,
          ...more,
        });
      for (const [reference, dropout] of [
        ['another', 0],
        [null, 0],
        ['another', 0.1],
      ] as const) {
        const found: ParameterSet[] = [];
        const afterFailure = async (model: LanguageModel) => void found.push(await model.readParameters('policy'));
        const failed = dpo({ reference }, { afterFailure, settings: { dropout } });
        const error: unknown = await failed.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(TrainingError);
        expect(error).toMatchObject({ step: 1 });
        expect(String(error)).toContain('the reference is not the model that training starts from');
        expect(found).toEqual([start]);
      }
      expect((await dpo({ reference: 'another', startsAtReference: false })).steps).toHaveLength(3);
      expect((await dpo({ reference: 'reference' }, { settings: { dropout: 0.1 } })).steps).toHaveLength(3);
    },
  );

  const smallGpt2 = { ...gpt2Config, layers: 1 };
  it.each([
    ['definition', 'sft', 'llama', smallConfig],
    ['definition', 'reward', 'gpt2', smallGpt2],
    ['fused', 'sft', 'llama', smallConfig],
    ['fused', 'dpo', 'gpt2', smallGpt2],
    ['fused', 'reward', 'llama', smallConfig],
    ['fused', 'reward', 'gpt2', smallGpt2],
  ] as [EngineName, Training['trainer'], string, ModelConfig][])(
    '%s, full parameters: %s of %s lowers its loss',
    async (engine, trainer, _family, config) => {
      const start = randomWeights(config, 3);
      const { steps, policy } = await run({
        engine,
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
    },
  );
});
