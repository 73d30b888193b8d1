/**
 * Accumulates gradients over micro-batches and steps AdamW on one flat vector that joins one or more parameter stores
 * (an adapter, a reward head). Stops before a non-finite number reaches a parameter.
 */
import type { ParameterStore, Slot } from '../model/parameter-store';
import { adamwStep, clipByGlobalNorm, globalNorm, type AdamwState } from '../ops/adamw';
import { add, concat, dispose, fromHost, keep, slice, tidy, takeToHost, toHost, type Tensor } from '../ops/tensor';
import { TrainingError } from '../protocol/errors';
import type { TrainingState } from './hooks';
import type { TrainingSettings } from './settings';

export interface Optimiser {
  /** Adds one micro-batch's gradients, by tensor name, and disposes them. */
  accumulate(gradients: ReadonlyMap<string, Tensor>): void;
  /**
   * Clips, steps, writes the parameters back to their stores, and forgets the gradient.
   * @returns the global norm before clipping
   * @throws TrainingError that names the first tensor with a non-finite gradient; parameters are as before
   */
  step(step: number, learningRate: number): Promise<number>;
  state(step: number): Promise<TrainingState>;
  /** "the values of T" or "the gradient of T" of the first tensor T with a number that is not finite; null for none. */
  firstNonFinite(): Promise<string | null>;
  dispose(): void;
}

interface NamedSlot extends Slot {
  start: number;
}

function joinedSlots(stores: ParameterStore[]): NamedSlot[] {
  let before = 0;
  return stores.flatMap((store) => {
    const start = before;
    before += store.size;
    return store.slots.map((slot) => ({ ...slot, start: start + slot.offset }));
  });
}

/** A 0/1 vector over all parameters, or undefined when it would be all ones. */
function maskOf(slots: NamedSlot[], size: number, holds: (name: string) => boolean): Tensor | undefined {
  if (slots.every(({ name }) => holds(name))) return undefined;
  const values = new Float32Array(size);
  for (const { name, start, size: length } of slots) values.fill(holds(name) ? 1 : 0, start, start + length);
  return keep(fromHost(values, [size]));
}

/** Biases and norm weights, which HF Trainer does not decay. */
const undecayed = /(bias|norm\.weight|layernorm\.weight|ln_\w+\.weight)$/;

/**
 * An optimiser over `stores`. With `resumeFrom`, parameters and moments start from there.
 * @param isTrained tensors for which it is false keep their values whatever their gradient
 */
export function createOptimiser(
  stores: ParameterStore[],
  settings: TrainingSettings,
  resumeFrom: TrainingState | undefined,
  isTrained: (name: string) => boolean = () => true,
): Optimiser {
  const slots = joinedSlots(stores);
  const size = stores.reduce((sum, store) => sum + store.size, 0);
  const update = maskOf(slots, size, isTrained);
  const decay = settings.decayBiases ? undefined : maskOf(slots, size, (name) => !undecayed.test(name));
  const { beta1, beta2, epsilon, weightDecay, maxGradNorm } = settings;
  let state: AdamwState = {
    parameters: keep(
      resumeFrom ? fromHost(resumeFrom.parameters, [size]) : tidy(() => concat(stores.map((store) => store.flat()))),
    ),
    firstMoment: keep(fromHost(resumeFrom?.firstMoment ?? new Float32Array(size), [size])),
    secondMoment: keep(fromHost(resumeFrom?.secondMoment ?? new Float32Array(size), [size])),
  };
  let gradient: Tensor | null = null;

  const writeBack = () => {
    let start = 0;
    for (const store of stores) {
      const from = start;
      store.assign(tidy(() => slice(state.parameters, from, store.size)));
      start += store.size;
    }
  };
  if (resumeFrom) writeBack();
  return {
    accumulate: (gradients) => {
      const before = gradient;
      gradient = keep(
        tidy(() => {
          const flat = concat(stores.map((store) => store.flatten(gradients)));
          return before ? add(before, flat) : flat;
        }),
      );
      before?.dispose();
      dispose([...gradients.values()]);
    },
    step: async (step, learningRate) => {
      if (!gradient) throw new Error('internal: optimiser step without a gradient');
      const current = gradient;
      gradient = null;
      const [norm] = await takeToHost(tidy(() => globalNorm(current)));
      if (!Number.isFinite(norm)) throw await nonFiniteGradient(current, slots, step);
      const next = tidy(() => {
        const clipped = clipByGlobalNorm(current, norm!, maxGradNorm);
        const stepped = adamwStep(
          state,
          clipped,
          learningRate,
          step,
          { beta1, beta2, epsilon, weightDecay },
          { decay, update },
        );
        return {
          parameters: keep(stepped.parameters),
          firstMoment: keep(stepped.firstMoment),
          secondMoment: keep(stepped.secondMoment),
        };
      });
      dispose([current, state.parameters, state.firstMoment, state.secondMoment]);
      state = next;
      writeBack();
      return norm!;
    },
    state: async (step) => ({
      step,
      parameters: await toHost(state.parameters),
      firstMoment: await toHost(state.firstMoment),
      secondMoment: await toHost(state.secondMoment),
    }),
    firstNonFinite: async () => {
      const values = nonFiniteSlot(await toHost(state.parameters), slots);
      if (values) return `the values of ${values.name}`;
      const inGradient = gradient && nonFiniteSlot(await toHost(gradient), slots);
      return inGradient ? `the gradient of ${inGradient.name}` : null;
    },
    dispose: () => {
      dispose([state.parameters, state.firstMoment, state.secondMoment]);
      gradient?.dispose();
      gradient = null;
      update?.dispose();
      decay?.dispose();
    },
  };
}

function nonFiniteSlot(values: Float32Array, slots: NamedSlot[]): NamedSlot | undefined {
  return slots.find(({ start, size }) => values.subarray(start, start + size).some((value) => !Number.isFinite(value)));
}

async function nonFiniteGradient(gradient: Tensor, slots: NamedSlot[], step: number): Promise<TrainingError> {
  const bad = nonFiniteSlot(await takeToHost(gradient), slots);
  const where = bad ? `first in ${bad.name}` : 'in the norm of all gradients together, which overflows fp32';
  return new TrainingError(
    `The gradient is not finite at step ${step}, ${where}. The step was not taken. Lower the learning rate, or look for broken data.`,
    step,
  );
}
