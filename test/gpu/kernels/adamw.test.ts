/** The optimiser against float64 over several steps: norm, clipping, flags, and what it does with gradients that are not finite. */
import { describe, expect, it } from 'vitest';
import { adamwStep } from '../../../src/kernels/adamw/adamw';
import { gradientNorm, normPartials, normStateLength } from '../../../src/kernels/adamw/norm';
import { adamwReference, gradientNormReference, type AdamwVectors } from '../../../src/kernels/adamw/reference';
import { addInto, scaleBy } from '../../../src/kernels/adamw/vector';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

const settings = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };

describe('the optimiser', () => {
  const runtime = useRuntime();

  /** Buffers of one vector of parameters at step 0, its gradient, and the norm's. */
  const start = (count: number) => {
    const gpu = runtime();
    const parameters = randomFloats(count, 1);
    const part = (data: Float32Array) => ({ buffer: bufferOf(gpu, data) });
    return {
      values: parameters,
      parameters: part(parameters),
      firstMoment: part(new Float32Array(count)),
      secondMoment: part(new Float32Array(count)),
      gradient: part(new Float32Array(count)),
      partials: { buffer: poisoned(gpu, normPartials([count])) },
      state: { buffer: poisoned(gpu, normStateLength) },
    };
  };
  const read = async (buffer: GPUBuffer, length: number) => runAndRead(runtime(), [], buffer, length);

  it.each([
    ['ordinary', 4100, undefined],
    ['flagged', 104, Uint32Array.from({ length: 104 }, (_, i) => i % 4)],
    ['of an odd number and flagged', 37, Uint32Array.from({ length: 37 }, (_, i) => (i >> 1) % 4)],
  ] as const)('takes three steps on parameters that are %s', async (_, count, flags) => {
    const gpu = runtime();
    const vectors = start(count);
    const { parameters, gradient, firstMoment, secondMoment, partials, state } = vectors;
    const flagsPart = flags && { flags: { buffer: bufferOf(gpu, flags) } };
    const zeros = new Float64Array(count);
    let expected: AdamwVectors = {
      parameters: Float64Array.from(vectors.values),
      firstMoment: zeros,
      secondMoment: zeros,
    };
    for (const step of [1, 2, 3]) {
      const values = randomFloats(count, 10 + step);
      gpu.write(gradient.buffer, values as Float32Array<ArrayBuffer>);
      const maxNorm = step === 2 ? 1e9 : 1;
      const norms = gradientNorm({ gradients: [{ part: gradient, count }], partials, state, maxNorm });
      for (const dispatch of norms) gpu.run(dispatch);
      const moments = { firstMoment, secondMoment };
      gpu.run(adamwStep({ parameters, gradient, ...moments, state, ...flagsPart, count, step, ...settings }));
      const { norm, clipFactor } = gradientNormReference([values], maxNorm);
      expectClose(await read(state.buffer, 2), [norm, clipFactor], 1e-6);
      expected = adamwReference(expected, values, { ...settings, step, clipFactor }, flags);
    }
    // fp32 against float64; a move of up to the learning rate has its own rounding, hence absolute in the largest.
    expectClose(await read(parameters.buffer, count), expected.parameters, 1e-6);
    expectClose(await read(firstMoment.buffer, count), expected.firstMoment, 1e-5);
    expectClose(await read(secondMoment.buffer, count), expected.secondMoment, 1e-5);
    expect((await read(gradient.buffer, count)).every((value) => value === 0)).toBe(true);
  });

  it.each([NaN, Infinity, 1e30])('does nothing with a gradient of %f, and keeps it', async (bad) => {
    const gpu = runtime();
    const count = 100;
    const { values, parameters, gradient, firstMoment, secondMoment, partials, state } = start(count);
    const broken = randomFloats(count, 2);
    broken[77] = bad;
    gpu.write(gradient.buffer, broken as Float32Array<ArrayBuffer>);
    const norms = gradientNorm({ gradients: [{ part: gradient, count }], partials, state, maxNorm: 1 });
    for (const dispatch of norms) gpu.run(dispatch);
    gpu.run(adamwStep({ parameters, gradient, firstMoment, secondMoment, state, count, step: 1, ...settings }));
    expect(Number.isFinite((await read(state.buffer, 1))[0])).toBe(false);
    expect(await read(parameters.buffer, count)).toEqual(values);
    expect(await read(firstMoment.buffer, count)).toEqual(new Float32Array(count));
    expect(await read(secondMoment.buffer, count)).toEqual(new Float32Array(count));
    expect(await read(gradient.buffer, count)).toEqual(broken);
  });

  it('takes the norm of several vectors together, and the same bits every time', async () => {
    const gpu = runtime();
    const [first, second] = [randomFloats(40_001, 3), randomFloats(3, 4)];
    const counts = [first.length, second.length];
    const partials = { buffer: poisoned(gpu, normPartials(counts)) };
    const state = { buffer: poisoned(gpu, normStateLength) };
    const gradients = [first, second].map((data) => ({ part: { buffer: bufferOf(gpu, data) }, count: data.length }));
    const dispatches = gradientNorm({ gradients, partials, state, maxNorm: 0.5 });
    const result = await runAndRead(gpu, dispatches, state.buffer, 2);
    const { norm, clipFactor } = gradientNormReference([first, second], 0.5);
    expect(result[0]! / norm).toBeCloseTo(1, 6);
    expect(result[1]! / clipFactor).toBeCloseTo(1, 6);
    expect(await runAndRead(gpu, dispatches, state.buffer, 2)).toEqual(result);
  });

  it.each([1, 301, 1024])('adds and scales vectors of %i', async (count) => {
    const gpu = runtime();
    const [x, y] = [randomFloats(count, 5), randomFloats(count, 6)];
    const [xs, ys] = [{ buffer: bufferOf(gpu, x) }, { buffer: bufferOf(gpu, y) }];
    gpu.run(addInto(ys, xs, count));
    gpu.run(scaleBy(ys, -0.5, count));
    const sum = y.map((value, i) => Math.fround(value + x[i]!) * -0.5);
    expect(await read(ys.buffer, count)).toEqual(sum);
    const tail = new Uint32Array(await gpu.read(ys.buffer, count * 4, 4));
    expect(tail[0]).toBe(0x7fc0dead);
  });
});
