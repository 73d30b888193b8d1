/** Trained parameters in a flat vector of the fused engine: norm and AdamW by their kernels, in place on the GPU. */
import type { Runtime } from '../gpu/runtime';
import { adamwFlags, adamwStep } from '../kernels/adamw/adamw';
import { gradientNorm, normPartials, normStateLength } from '../kernels/adamw/norm';
import type { FlatParameters } from '../model/fused/parameters';
import { isUndecayed, type OptimiserPart, type PartOptions, type PartSlot } from './optimiser-part';

export function createFusedPart(
  runtime: Runtime,
  set: FlatParameters,
  { settings, resumeFrom, isTrained }: PartOptions,
): OptimiserPart {
  const { size } = set.layout;
  const slots = [...set.layout.regions.values()].flatMap(({ tensors }) => tensors);
  const create = (label: string, words: number) => runtime.createBuffer('optimiser', label, words * 4);
  const [firstMoment, secondMoment] = [create('first moment', size), create('second moment', size)];
  const [partials, state] = [create('norm partials', normPartials([size])), create('norm', normStateLength)];
  const bits = flagBits(slots, size, settings.decayBiases, isTrained);
  const flags = bits && create('adamw flags', size);
  set.needGradient();
  runtime.clear(set.gradient());
  if (flags) runtime.write(flags, bits);
  if (resumeFrom) {
    set.write(resumeFrom.parameters);
    runtime.write(firstMoment, resumeFrom.firstMoment);
    runtime.write(secondMoment, resumeFrom.secondMoment);
  }
  const read = async (buffer: GPUBuffer) => new Float32Array(await runtime.read(buffer, 0, size * 4));
  return {
    size,
    slots,
    // The backward pass adds to the set's gradient itself.
    accumulate: () => {},
    squaredNorm: async () => {
      const gradients = [{ part: { buffer: set.gradient() }, count: size }];
      const work = { gradients, partials: { buffer: partials }, state: { buffer: state }, maxNorm: Infinity };
      for (const dispatch of gradientNorm(work)) runtime.run(dispatch);
      const [norm] = new Float32Array(await runtime.read(state, 0, normStateLength * 4));
      return norm! * norm!;
    },
    step: (step, learningRate, clipFactor) => {
      const { beta1, beta2, epsilon, weightDecay } = settings;
      runtime.write(state, Float32Array.of(0, clipFactor));
      runtime.run(
        adamwStep({
          parameters: { buffer: set.values },
          gradient: { buffer: set.gradient() },
          firstMoment: { buffer: firstMoment },
          secondMoment: { buffer: secondMoment },
          state: { buffer: state },
          ...(flags && { flags: { buffer: flags } }),
          count: size,
          learningRate,
          step,
          beta1,
          beta2,
          epsilon,
          weightDecay,
        }),
      );
      runtime.submit();
    },
    discard: () => runtime.clear(set.gradient()),
    gradient: () => read(set.gradient()),
    state: async () => ({
      parameters: await read(set.values),
      firstMoment: await read(firstMoment),
      secondMoment: await read(secondMoment),
    }),
    dispose: () => {
      for (const buffer of [firstMoment, secondMoment, partials, state, ...(flags ? [flags] : [])])
        runtime.destroyBuffer(buffer);
      set.releaseGradient();
    },
  };
}

/** Undefined where every parameter is an ordinary one. Gaps between tensors hold zeros and stay so. */
function flagBits(
  slots: readonly PartSlot[],
  size: number,
  decayBiases: boolean,
  isTrained: (name: string) => boolean,
): Uint32Array<ArrayBuffer> | undefined {
  const bits = new Uint32Array(size);
  for (const { name, offset, size: length } of slots) {
    const undecayed = !decayBiases && isUndecayed(name) ? adamwFlags.undecayed : 0;
    bits.fill(undecayed | (isTrained(name) ? 0 : adamwFlags.frozen), offset, offset + length);
  }
  return bits.some((flag) => flag !== 0) ? bits : undefined;
}
