/**
 * Faults of the device while the fused engine trains: it is lost, memory is out, a shader does not validate. Each ends in
 * a DeviceError that says what happened, before a step that cannot be trusted is taken. Losses in whole runs are in
 * test/gpu/rounds/faults.test.ts.
 */
import { afterEach, expect, it } from 'vitest';
import { openDevice, type StudioDevice } from '../../../src/gpu/device';
import type { LoraAdapter } from '../../../src/model/adapter-types';
import { createFusedModel, type FusedModel, type FusedModelOptions } from '../../../src/model/fused/fused-model';
import { startBackend, type Backend } from '../../../src/ops/backend';
import { DeviceError } from '../../../src/protocol/errors';
import { failureCause } from '../../../src/rounds/failure-cause';
import type { TrainingHooks, TrainingState } from '../../../src/training/hooks';
import { trainSft } from '../../../src/training/sft';
import { openDawn } from '../../support/dawn';
import {
  chosenExamples,
  llamaConfig,
  plainSettings,
  randomLora,
  randomPairs,
  randomWeights,
  stepRecorder,
} from '../../support/engine';
import { describeWith } from '../../support/needs';

const config = { ...llamaConfig, layers: 1 };
const start: LoraAdapter = randomLora(config, 2);
const news = new DeviceError('The GPU device was lost (unknown): test. Continue the run to open it again.');

interface Faulty {
  backend: Backend;
  lost: Promise<DeviceError>;
  /** Destroys the device; the news of it comes after `delayMs`. */
  lose(delayMs: number): void;
}

describeWith(['lavapipe'], 'a fault of the device', () => {
  let opened: Faulty | undefined;

  const open = async (prepare: (device: GPUDevice) => void = () => {}): Promise<Faulty> => {
    const studioDevice: StudioDevice = await openDevice(openDawn('lavapipe'));
    const { device } = studioDevice;
    prepare(device);
    let tell: (error: DeviceError) => void = () => {};
    const lost = new Promise<DeviceError>((resolve) => (tell = resolve));
    const lose = (delayMs: number) => {
      device.destroy();
      if (delayMs === 0) tell(news);
      else setTimeout(() => tell(news), delayMs);
    };
    opened = { backend: await startBackend({ ...studioDevice, lost }), lost, lose };
    return opened;
  };

  afterEach(() => {
    opened?.backend.dispose();
    opened = undefined;
  });

  const modelOn = ({ backend }: Faulty, options: Partial<FusedModelOptions> = {}): FusedModel => {
    const model = createFusedModel(backend.runtime, config, randomWeights(config, 1), {
      software: true,
      weightType: 'packed',
      ...options,
    });
    model.addParameters('policy', start);
    return model;
  };

  const trainSome = async (model: FusedModel, hooks: Partial<TrainingHooks> = {}) => {
    const examples = chosenExamples(randomPairs(config, 12));
    const settings = { ...plainSettings, lossOn: 'response' as const };
    const recorder = stepRecorder(hooks);
    await trainSft({ model, parameters: 'policy', examples, settings, hooks: recorder.hooks });
    return recorder.steps.length;
  };

  const failureOf = (work: Promise<unknown>): Promise<unknown> => work.catch((thrown: unknown) => thrown);

  /** As the pipeline reports it: the news of a loss may come after what failed of it. */
  const causeOf = (error: unknown, { backend, lost }: Faulty, model: FusedModel) =>
    failureCause(error, { backend, lost, model });

  it.each([0, 30])('that is lost between two steps says so; the news comes after %s ms', async (delay) => {
    const faulty = await open();
    const model = modelOn(faulty);
    let steps = 0;
    const onStep = () => {
      if (++steps === 2) faulty.lose(delay);
    };
    const error = await failureOf(trainSome(model, { onStep }));
    expect(steps).toBe(2);
    expect(await causeOf(error, faulty, model)).toBe(news);
    if (delay === 0) expect(error).toBe(news);
    // The optimiser and the model can still be put away, and nothing works on the lost device.
    await expect(model.readParameters('policy')).rejects.toBe(news);
    model.dispose();
  });

  it('that is lost while a pass runs ends the pass', async () => {
    const faulty = await open();
    const model = modelOn(faulty);
    await trainSome(model);
    const running = failureOf(trainSome(model));
    // The gate and the upload are behind it: the pass waits for its figures.
    await Promise.resolve().then(() => faulty.lose(0));
    expect(await causeOf(await running, faulty, model)).toBe(news);
  });

  it('that lacks memory for a pass by the budget says what is needed, and how to get by with less', async () => {
    const faulty = await open();
    const { ledger } = faulty.backend.runtime;
    const model = modelOn(faulty, { budgetBytes: 330_000 });
    const error = await failureOf(trainSome(model));
    expect(error).toBeInstanceOf(DeviceError);
    expect(String(error)).toMatch(/A pass over 64 tokens needs 0\.\d+ GB.*left.*Lower the micro-batch size/);
    expect(ledger.byCategory()).not.toHaveProperty('scratch');
    expect(await model.readParameters('policy')).toEqual(start);
  });

  it.each([
    ['an activation of the pass', 'x.1', 0],
    ['a moment of the optimiser', 'second moment', 0],
    ['the adapter itself', 'policy values', 0],
  ])('whose memory is out for %s names it; no step is taken', async (_, label) => {
    const memory = outOfMemoryFor(label);
    const faulty = await open(memory.install);
    const model = modelOn(faulty);
    const steps: number[] = [];
    const error = await failureOf(trainSome(model, { onStep: ({ step }) => steps.push(step) }));
    expect(memory.refused()).toBe(1);
    expect(error).toBeInstanceOf(DeviceError);
    expect(String(error)).toMatch(
      new RegExp(`GPU is out of memory: ${label} \\(.* MiB, with .* in use\\) could not be allocated`),
    );
    expect(steps).toEqual([]);
  });

  it('whose memory was out goes on once there is some', async () => {
    const memory = outOfMemoryFor('x.1');
    const faulty = await open(memory.install);
    const model = modelOn(faulty);
    expect(String(await failureOf(trainSome(model)))).toContain('out of memory');
    // What followed of the missing buffer was reported too; the error above stands for it.
    await failureOf(faulty.backend.check());
    expect(await model.readParameters('policy')).toEqual(start);
    memory.end();
    model.releaseWorkspace();
    expect(await trainSome(model)).toBe(3);
    const trained = await model.readParameters('policy');
    await faulty.backend.check();
    faulty.backend.dispose();
    const sound = await open();
    const other = modelOn(sound);
    await trainSome(other);
    expect(await other.readParameters('policy')).toEqual(trained);
  });

  it.each(['attention', 'adamw'])('whose %s shader does not validate says so', async (kernel) => {
    const broken: string[] = [];
    const faulty = await open((device) => {
      const createShaderModule = device.createShaderModule.bind(device);
      device.createShaderModule = (descriptor) => {
        if (!descriptor.label?.startsWith(kernel)) return createShaderModule(descriptor);
        broken.push(descriptor.label);
        return createShaderModule({ ...descriptor, code: descriptor.code.replace('fn main', 'fn Main(') });
      };
    });
    const model = modelOn(faulty);
    const kept: number[] = [];
    const onCheckpoint = ({ step }: TrainingState) => Promise.resolve(void kept.push(step));
    const error = await failureOf(trainSome(model, { onCheckpoint, checkpointEvery: 1 }));
    expect(broken.length).toBeGreaterThan(0);
    expect(error).toBeInstanceOf(DeviceError);
    expect(String(error)).toMatch(
      /GPU reported an error and results cannot be trusted: .*(?:parsing|Invalid|invalid)/s,
    );
    expect(kept).toEqual([]);
  });
});

/** A device that has no memory for buffers of one label: their creation fails in its error scope, and they are invalid. */
function outOfMemoryFor(label: string) {
  let [isOut, pending, refused] = [true, false, 0];
  const install = (device: GPUDevice) => {
    const createBuffer = device.createBuffer.bind(device);
    const popErrorScope = device.popErrorScope.bind(device);
    device.createBuffer = (descriptor) => {
      if (!isOut || descriptor.label !== label) return createBuffer(descriptor);
      pending = true;
      refused++;
      device.pushErrorScope('validation');
      const invalid = createBuffer({ ...descriptor, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
      void popErrorScope();
      return invalid;
    };
    device.popErrorScope = () => {
      const scope = popErrorScope();
      if (!pending) return scope;
      pending = false;
      return Promise.resolve(new GPUOutOfMemoryError('test: no memory'));
    };
  };
  return { install, refused: () => refused, end: () => (isOut = false) };
}
