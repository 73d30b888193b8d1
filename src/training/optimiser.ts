/**
 * Accumulates gradients over micro-batches and steps AdamW over the parameters that are trained together (an adapter, a
 * reward head), clipped by the norm of all. Stops before a non-finite number reaches a parameter.
 */
import type { LanguageModel } from '../model/language-model';
import type { ParameterStore } from '../model/parameter-store';
import { dispose, type Tensor } from '../ops/tensor';
import { TrainingError } from '../protocol/errors';
import { createFusedPart } from './fused-part';
import type { TrainingState } from './hooks';
import type { OptimiserPart, PartOptions, PartSlot, PartState } from './optimiser-part';
import type { TrainingSettings } from './settings';
import { createTensorPart } from './tensor-part';

export interface Optimiser {
  /** Adds one micro-batch's gradients, by tensor name, and disposes them. */
  accumulate(gradients: ReadonlyMap<string, Tensor>): void;
  /**
   * Clips, steps, and forgets the gradient.
   * @returns the global norm before clipping
   * @throws TrainingError that names the first tensor with a non-finite gradient; parameters are as before
   */
  step(step: number, learningRate: number): Promise<number>;
  state(step: number): Promise<TrainingState>;
  /** "the values of T" or "the gradient of T" of the first tensor T with a number that is not finite; null for none. */
  firstNonFinite(): Promise<string | null>;
  dispose(): void;
}

export interface OptimiserArguments {
  model: LanguageModel;
  /** Name of the trained set; null when only `extra` is trained. */
  parameters: string | null;
  /** A further trained store, such as a reward head. */
  extra?: ParameterStore;
  settings: TrainingSettings;
  /** Parameters and moments start from there. */
  resumeFrom: TrainingState | undefined;
  /** Tensors for which it is false keep their values whatever their gradient. */
  isTrained?: (name: string) => boolean;
}

export function createOptimiser(args: OptimiserArguments): Optimiser {
  return joinParts(createParts(args), args.settings);
}

/** One optimiser over all `parts`, clipped together. */
export function joinParts(
  parts: readonly OptimiserPart[],
  { maxGradNorm }: Pick<TrainingSettings, 'maxGradNorm'>,
): Optimiser {
  const nonFinite = async (
    read: (part: OptimiserPart) => Promise<Float32Array | null>,
  ): Promise<PartSlot | undefined> => {
    for (const part of parts) {
      const values = await read(part);
      const bad = values && nonFiniteSlot(values, part.slots);
      if (bad) return bad;
    }
    return undefined;
  };
  return {
    accumulate: (gradients) => {
      for (const part of parts) part.accumulate(gradients);
      dispose([...gradients.values()]);
    },
    step: async (step, learningRate) => {
      let squares = 0;
      for (const part of parts) squares += await part.squaredNorm();
      const norm = Math.sqrt(squares);
      if (!Number.isFinite(norm)) {
        const bad = await nonFinite((part) => part.gradient());
        for (const part of parts) part.discard();
        throw nonFiniteGradient(bad, step);
      }
      // As torch.nn.utils.clip_grad_norm_.
      const clipFactor = Math.min(1, maxGradNorm / (norm + 1e-6));
      for (const part of parts) part.step(step, learningRate, clipFactor);
      return norm;
    },
    state: async (step) => {
      const states: PartState[] = [];
      for (const part of parts) states.push(await part.state());
      const joined = (which: keyof PartState) => join(states.map((state) => state[which]));
      return {
        step,
        parameters: joined('parameters'),
        firstMoment: joined('firstMoment'),
        secondMoment: joined('secondMoment'),
      };
    },
    firstNonFinite: async () => {
      const values = await nonFinite(async (part) => (await part.state()).parameters);
      if (values) return `the values of ${values.name}`;
      const gradient = await nonFinite((part) => part.gradient());
      return gradient ? `the gradient of ${gradient.name}` : null;
    },
    dispose: () => {
      for (const part of parts) part.dispose();
    },
  };
}

function createParts({ model, parameters, extra, settings, resumeFrom, isTrained = () => true }: OptimiserArguments) {
  const parts: OptimiserPart[] = [];
  let start = 0;
  const add = (size: number, create: (options: PartOptions) => OptimiserPart) => {
    parts.push(create({ settings, isTrained, resumeFrom: resumeFrom && stateOf(resumeFrom, start, size) }));
    start += size;
  };
  if (parameters !== null && model.engine === 'fused') {
    const set = model.parameters(parameters);
    add(set.layout.size, (options) => createFusedPart(model.runtime, set, options));
  } else if (parameters !== null && model.engine === 'definition') {
    const { store } = model.parameters(parameters);
    add(store.size, (options) => createTensorPart(store, options));
  }
  if (extra) add(extra.size, (options) => createTensorPart(extra, options));
  return parts;
}

function stateOf({ parameters, firstMoment, secondMoment }: TrainingState, start: number, size: number): PartState {
  const of = (values: Float32Array) => values.slice(start, start + size);
  return { parameters: of(parameters), firstMoment: of(firstMoment), secondMoment: of(secondMoment) };
}

function join(parts: Float32Array[]): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function nonFiniteSlot(values: Float32Array, slots: readonly PartSlot[]): PartSlot | undefined {
  return slots.find(({ offset, size }) =>
    values.subarray(offset, offset + size).some((value) => !Number.isFinite(value)),
  );
}

function nonFiniteGradient(bad: PartSlot | undefined, step: number): TrainingError {
  const where = bad ? `first in ${bad.name}` : 'in the norm of all gradients together, which overflows fp32';
  return new TrainingError(
    `The gradient is not finite at step ${step}, ${where}. The step was not taken. Lower the learning rate, or look for broken data.`,
    step,
  );
}
