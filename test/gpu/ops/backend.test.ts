/** The backend's own promises: long sums are the same each time, idle memory is bounded, silent GPU errors are told. */
import { expect, it } from 'vitest';
import { openDevice } from '../../../src/gpu/device';
import { startBackend } from '../../../src/ops/backend';
import { linear } from '../../../src/ops/linear';
import { dispose, fromHost, mul, tidy, toHost, valueAndGradients, type Tensor } from '../../../src/ops/tensor';
import { DeviceError } from '../../../src/protocol/errors';
import { openDawn } from '../../support/dawn';
import { randomTensor, relativeError, useEngine } from '../../support/engine';
import { describeWith } from '../../support/needs';
import { flat, product, rowsOf, transpose } from './reference';

async function valuesOf(f: () => Tensor): Promise<Float32Array> {
  const tensor = tidy(f);
  const values = await toHost(tensor);
  tensor.dispose();
  return values;
}

describeWith(['lavapipe'], 'the backend', () => {
  const engine = useEngine();

  it('sums over 2,000 and more terms are right, the same in every repeat, and never by split-K', async () => {
    const [inner, rows, columns] = [2051, 23, 29];
    const [x, w] = [randomTensor([rows, inner], 1, 'x'), randomTensor([inner, columns], 1, 'w')];
    const [a, b] = [fromHost(x.data, x.shape), fromHost(w.data, w.shape)];
    const wanted = flat(product(rowsOf(x.data, inner), rowsOf(w.data, columns)));
    const first = await valuesOf(() => linear(a, b));
    expect(relativeError(first, wanted)).toBeLessThan(1e-5);
    for (let repeat = 0; repeat < 4; repeat++) expect(await valuesOf(() => linear(a, b))).toEqual(first);
    dispose([a, b]);
    expect(engine().programs().join(' ')).toContain('MatMul');
    expect(engine().programs()).not.toContain('MatMulSplitKProgram');
  });

  it('nor do the gradients of a linear map over 2,000 rows, whose inner dimension is the rows', async () => {
    const [rows, inFeatures, outFeatures] = [2051, 19, 23];
    const [x, w] = [randomTensor([rows, inFeatures], 1, 'x'), randomTensor([inFeatures, outFeatures], 1, 'w')];
    const upstream = randomTensor([rows, outFeatures], 1, 'dy');
    const [a, b, dy] = [x, w, upstream].map(({ data, shape }) => fromHost(data, shape)) as [Tensor, Tensor, Tensor];
    const wanted = flat(product(transpose(rowsOf(x.data, inFeatures)), rowsOf(upstream.data, outFeatures)));
    let first: Float32Array | null = null;
    for (let repeat = 0; repeat < 5; repeat++) {
      const { value, gradients } = valueAndGradients(() => linear(a, b), [b], dy);
      const found = await toHost(gradients[0]!);
      expect(relativeError(found, wanted)).toBeLessThan(1e-5);
      expect(found).toEqual((first ??= found));
      dispose([value, ...gradients]);
    }
    dispose([a, b, dy]);
    expect(engine().programs()).not.toContain('MatMulSplitKProgram');
  });

  /** One op on vectors of `size`, read back, nothing kept. */
  const touch = async (size: number) => {
    const x = fromHost(new Float32Array(size).fill(1), [size]);
    const values = await valuesOf(() => mul(mul(x, 2), 3));
    expect(values[size - 1]).toBe(6);
    x.dispose();
  };

  it('a steady state takes all its buffers from the pool', async () => {
    await touch(30_011);
    const [made, allocated] = [engine().buffersMade(), engine().backend.memory().bytesAllocated];
    for (let repeat = 0; repeat < 20; repeat++) await touch(30_011);
    expect(engine().buffersMade()).toBe(made);
    expect(engine().backend.memory().bytesAllocated).toBe(allocated);
  });

  it('shapes that come and go do not pile up, and recent ones stay', async () => {
    const { backend } = engine();
    backend.releaseUnused();
    const floor = backend.memory().bytesAllocated;
    await touch(40_000);
    const once = backend.memory().bytesAllocated - floor;
    for (let size = 40_001; size < 40_100; size++) await touch(size);
    expect(backend.memory().bytesAllocated - floor).toBeLessThan(3.2 * once);
    const made = engine().buffersMade();
    await touch(40_099);
    expect(engine().buffersMade()).toBe(made);
  });

  it('releaseUnused leaves only what live tensors need, and those keep their values', async () => {
    const { backend } = engine();
    const live = fromHost(randomTensor([5003], 1, 'live').data, [5003]);
    const before = await toHost(live);
    const onGpu = tidy(() => mul(live, 1));
    await touch(50_021);
    backend.releaseUnused();
    const { bytesAllocated, bytesInUse } = backend.memory();
    expect(bytesAllocated).toBe(bytesInUse);
    expect(await toHost(onGpu)).toEqual(before);
    dispose([live, onGpu]);
  });
});

describeWith(['lavapipe'], 'an error that only the GPU reports', () => {
  it('fails check() once, with the GPU’s own words', async () => {
    const studioDevice = await openDevice(openDawn('lavapipe'));
    const backend = await startBackend(studioDevice);
    await backend.check();
    studioDevice.device.createShaderModule({ code: 'this is no WGSL' });
    await expect(backend.check()).rejects.toThrow(DeviceError);
    await backend.check();
    backend.dispose();
  });
});
