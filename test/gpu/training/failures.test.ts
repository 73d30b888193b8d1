/** What stops training: numbers that are not finite, and the person. Parameters stay as they were and nothing leaks. */
import { expect, it } from 'vitest';
import type { LoraAdapter, ParameterSet } from '../../../src/model/adapter-types';
import { createFusedModel } from '../../../src/model/fused/fused-model';
import { createFlatParameters } from '../../../src/model/fused/parameters';
import type { LanguageModel } from '../../../src/model/language-model';
import { fromHost, tensorCount } from '../../../src/ops/tensor';
import { createParameterStore } from '../../../src/model/parameter-store';
import { CancelledError, InputError, TrainingError, type DeviceError } from '../../../src/protocol/errors';
import { failureCause } from '../../../src/rounds/failure-cause';
import { createFusedPart } from '../../../src/training/fused-part';
import { joinParts } from '../../../src/training/optimiser';
import { trainSft } from '../../../src/training/sft';
import { createTensorPart } from '../../../src/training/tensor-part';
import { sequenceLogps } from '../../../src/training/sequence-logps';
import {
  chosenExamples,
  openGate,
  plainSettings,
  randomLora,
  randomPairs,
  randomTensor,
  randomWeights,
  stepRecorder,
  useEngine,
} from '../../support/engine';
import { describeWith } from '../../support/needs';
import { enginesAndTrainers, heldBytes, smallConfig, train, type Training } from './trainers';

const broken = 'model.layers.0.self_attn.v_proj.lora_A';

/** An adapter with one bad number in one tensor. */
function brokenAdapter(value: number): LoraAdapter {
  const adapter = randomLora(smallConfig, 2);
  adapter.tensors.get(broken)!.data[7] = value;
  return adapter;
}

describeWith(['lavapipe'], 'training that must stop', () => {
  const backend = useEngine();
  const pairs = randomPairs(smallConfig, 8);

  /** The error of a training that must fail, and the policy right after. */
  async function failureOf(training: Training): Promise<{ error: unknown; policy: ParameterSet | undefined }> {
    let policy: ParameterSet | undefined;
    const afterFailure = async (model: LanguageModel) => {
      policy = await model.readParameters('policy');
    };
    const error: unknown = await train(backend(), { ...training, afterFailure }).catch((thrown: unknown) => thrown);
    return { error, policy };
  }

  it.each(
    enginesAndTrainers.flatMap(([engine, trainer]) =>
      [Infinity, NaN].map((value) => [engine, trainer, value] as const),
    ),
  )(
    '%s, %s: %d in one tensor is a TrainingError that names it and the micro-batch; nothing is written',
    async (engine, trainer, value) => {
      for (const gradientCheckpointing of [false, true]) {
        const start = brokenAdapter(value);
        // DPO's reference is sound: it is the policy's numbers that must be noticed.
        const sound = (model: LanguageModel) => model.addParameters('sound', randomLora(smallConfig, 2));
        const { error, policy } = await failureOf({
          engine,
          trainer,
          pairs,
          start,
          settings: { gradientCheckpointing },
          before: sound,
          dpo: { reference: 'sound' },
        });
        expect(error).toBeInstanceOf(TrainingError);
        expect(error).toMatchObject({ step: 1 });
        expect(String(error)).toContain('micro-batch 1');
        expect(String(error)).toContain(`the values of ${broken}`);
        expect(policy).toEqual(start);
      }
    },
  );

  it('a gradient that is not finite stops the step, names its tensor, and leaves values and moments', async () => {
    const tensors = tensorCount();
    const names = ['first', 'second', 'third'];
    const start = new Map(names.map((name) => [name, randomTensor([5, 3], 1, name)]));
    const store = createParameterStore(start);
    const optimiser = joinParts(
      [createTensorPart(store, { settings: plainSettings, resumeFrom: undefined, isTrained: () => true })],
      plainSettings,
    );
    const accumulate = (bad?: number) =>
      optimiser.accumulate(
        new Map(
          names.map((name) => {
            const { data, shape } = randomTensor([5, 3], 1, name, 'gradient');
            if (bad !== undefined && name === 'second') data[11] = bad;
            return [name, fromHost(data, shape)];
          }),
        ),
      );
    accumulate();
    await optimiser.step(1, 1e-2);
    const before = await optimiser.state(1);
    for (const bad of [Infinity, -Infinity, NaN]) {
      accumulate();
      accumulate(bad);
      const error: unknown = await optimiser.step(2, 1e-2).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TrainingError);
      expect(String(error)).toContain('first in second.');
      expect(await optimiser.state(1)).toEqual(before);
    }
    accumulate();
    expect(await optimiser.step(2, 1e-2)).toBeGreaterThan(0);
    optimiser.dispose();
    store.dispose();
    expect(tensorCount()).toBe(tensors);
  });

  it('fused: a number that is not finite in a trained weight is named too', async () => {
    const weights = randomWeights(smallConfig, 3);
    weights.get('model.layers.0.mlp.up_proj.weight')!.data[5] = NaN;
    const start: ParameterSet = { kind: 'full', tensors: weights };
    const { error, policy } = await failureOf({ engine: 'fused', trainer: 'sft', pairs, start });
    expect(error).toBeInstanceOf(TrainingError);
    expect(String(error)).toContain('the values of model.layers.0.mlp.up_proj.weight');
    expect(policy).toEqual(start);
  });

  it('fused: a number that is not finite in a frozen weight ends the step; the pipeline finds its name', async () => {
    const { backend: device } = backend();
    const weights = randomWeights(smallConfig, 1);
    weights.get('model.layers.0.mlp.up_proj.weight')!.data[77] = NaN;
    const model = createFusedModel(device.runtime, smallConfig, weights, { software: true, weightType: 'packed' });
    model.addParameters('policy', randomLora(smallConfig, 2));
    const { hooks } = stepRecorder();
    const settings = { ...plainSettings, lossOn: 'response' as const };
    const examples = chosenExamples(pairs);
    const failed = trainSft({ model, parameters: 'policy', examples, settings, hooks });
    const error: unknown = await failed.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TrainingError);
    // No trained value is bad: only what came out of them is, and it is said where first.
    expect(String(error)).toMatch(/loss is NaN at step 1, first in the log-probabilities of micro-batch 1/);
    expect(String(error)).not.toContain('the values of');
    const never = new Promise<DeviceError>(() => {});
    const cause = await failureCause(error, { backend: device, lost: never, model });
    expect(cause).toBeInstanceOf(InputError);
    expect(String(cause)).toContain('tensor model.layers.0.mlp.up_proj.weight at 77 (NaN)');
    model.dispose();
  });

  it('fused: a gradient that is not finite stops the step, names its tensor, and leaves values and moments', async () => {
    const { runtime } = backend().backend;
    const held = heldBytes(runtime);
    const set = createFlatParameters(runtime, smallConfig, randomLora(smallConfig, 2), 'policy');
    const part = createFusedPart(runtime, set, {
      settings: plainSettings,
      resumeFrom: undefined,
      isTrained: () => true,
    });
    const optimiser = joinParts([part], plainSettings);
    const slot = part.slots.find(({ name }) => name === broken)!;
    const giveGradient = (bad?: number) => {
      const values = randomTensor([set.layout.size], 1, 'gradient').data;
      if (bad !== undefined) values[slot.offset + slot.size - 1] = bad;
      runtime.write(set.gradient(), Float32Array.from(values));
    };
    giveGradient();
    await optimiser.step(1, 1e-2);
    const before = await optimiser.state(1);
    // What the next micro-batch adds to must be empty, after a step and after one that was not taken.
    const expectNoGradient = async () => expect((await part.gradient())!.every((value) => value === 0)).toBe(true);
    await expectNoGradient();
    for (const bad of [Infinity, -Infinity, NaN]) {
      giveGradient(bad);
      const error: unknown = await optimiser.step(2, 1e-2).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TrainingError);
      expect(String(error)).toContain(`first in ${broken}.`);
      expect(await optimiser.state(1)).toEqual(before);
      await expectNoGradient();
    }
    giveGradient();
    expect(await optimiser.step(2, 1e-2)).toBeGreaterThan(0);
    optimiser.dispose();
    set.dispose();
    expect(heldBytes(runtime)).toBe(held);
  });

  it.each(enginesAndTrainers)(
    '%s, %s: a cancelled run throws what the gate threw; the model goes on with the last full step',
    async (engine, trainer) => {
      const gateUntil = (calls: number) => {
        let left = calls;
        return () => (left-- > 0 ? openGate() : Promise.reject(new CancelledError('stopped')));
      };
      // DPO computes reference log-probabilities first: 4 passes of 2 pairs.
      const first = trainer === 'dpo' ? 4 : 0;
      for (const [calls, stepsDone] of [
        [0, 0],
        [1, 0],
        [first + 1, 0],
        [first + 3, 1],
      ] as const) {
        let [steps, tensors] = [0, 0];
        let sameAfter: Float32Array[] = [];
        const error: unknown = await train(backend(), {
          engine,
          trainer,
          pairs,
          hooks: { gate: gateUntil(calls), onStep: () => steps++ },
          before: () => (tensors = tensorCount()),
          afterFailure: async (model) => {
            // The reference and the head are the caller's; the policy's views stay with the model.
            model.removeParameters('reference');
            model.addParameters('policy', await model.readParameters('policy'));
            expect(tensorCount()).toBe(tensors);
            const again = () =>
              sequenceLogps({
                model,
                parameters: 'policy',
                sequences: chosenExamples(pairs),
                batchSize: 3,
                gate: openGate,
              });
            sameAfter = [await again(), await again()];
          },
        }).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(CancelledError);
        expect(steps).toBe(stepsDone);
        expect(sameAfter[0]!.every((logp) => Number.isFinite(logp) && logp < 0)).toBe(true);
        expect(sameAfter[1]).toEqual(sameAfter[0]);
      }
    },
  );
});
