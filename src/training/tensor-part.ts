/** Trained parameters in a tfjs parameter store: gradient, clipping and AdamW by their definitions. */
import type { ParameterStore } from '../model/parameter-store';
import { adamwStep, squaredSum, type AdamwState } from '../ops/adamw';
import { add, dispose, fromHost, keep, mul, tidy, takeToHost, toHost, type Tensor } from '../ops/tensor';
import { isUndecayed, maskValues, type OptimiserPart, type PartOptions } from './optimiser-part';

export function createTensorPart(
  store: ParameterStore,
  { settings, resumeFrom, isTrained }: PartOptions,
): OptimiserPart {
  const { size, slots } = store;
  const mask = (holds: (name: string) => boolean) => {
    const values = maskValues(slots, size, holds);
    return values && keep(fromHost(values, [size]));
  };
  const update = mask(isTrained);
  const decay = settings.decayBiases ? undefined : mask((name) => !isUndecayed(name));
  const { beta1, beta2, epsilon, weightDecay } = settings;
  const zeros = () => keep(fromHost(new Float32Array(size), [size]));
  if (resumeFrom) store.assign(fromHost(resumeFrom.parameters, [size]));
  let firstMoment = resumeFrom ? keep(fromHost(resumeFrom.firstMoment, [size])) : zeros();
  let secondMoment = resumeFrom ? keep(fromHost(resumeFrom.secondMoment, [size])) : zeros();
  let gradient: Tensor | null = null;
  return {
    size,
    slots,
    accumulate: (gradients) => {
      const before = gradient;
      gradient = keep(
        tidy(() => {
          const flat = store.flatten(gradients);
          return before ? add(before, flat) : flat;
        }),
      );
      before?.dispose();
    },
    squaredNorm: async () => {
      const current = gradient;
      if (!current) throw new Error('internal: optimiser step without a gradient');
      const [sum] = await takeToHost(tidy(() => squaredSum(current)));
      return sum!;
    },
    step: (step, learningRate, clipFactor) => {
      const current = gradient;
      if (!current) throw new Error('internal: optimiser step without a gradient');
      gradient = null;
      const next = tidy(() => {
        const state: AdamwState = { parameters: store.flat(), firstMoment, secondMoment };
        const settingsOfStep = { beta1, beta2, epsilon, weightDecay };
        const stepped = adamwStep(state, mul(current, clipFactor), learningRate, step, settingsOfStep, {
          decay,
          update,
        });
        return {
          parameters: keep(stepped.parameters),
          firstMoment: keep(stepped.firstMoment),
          secondMoment: keep(stepped.secondMoment),
        };
      });
      dispose([current, firstMoment, secondMoment]);
      store.assign(next.parameters);
      ({ firstMoment, secondMoment } = next);
    },
    discard: () => {
      gradient?.dispose();
      gradient = null;
    },
    gradient: async () => gradient && toHost(gradient),
    state: async () => ({
      parameters: await toHost(store.flat()),
      firstMoment: await toHost(firstMoment),
      secondMoment: await toHost(secondMoment),
    }),
    dispose: () => {
      dispose([firstMoment, secondMoment]);
      gradient?.dispose();
      gradient = null;
      update?.dispose();
      decay?.dispose();
    },
  };
}
