/** The runtime itself: parameters reach the kernel, work is counted, errors of the GPU surface, buffers are counted. */
import { describe, expect, it } from 'vitest';
import { grid, gridIndexWgsl, type Kernel } from '../../../src/gpu/kernel';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

const scale = {
  name: 'test.scale',
  params: { count: 'u32', factor: 'f32' },
  bindings: ['read', 'write'],
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let i = ${gridIndexWgsl} * 64u + local;
  if (i < params.count) { y[i] = x[i] * params.factor; }
}`,
} as const satisfies Kernel;

describe('runtime', () => {
  const runtime = useRuntime();

  it('gives every dispatch its own parameters, over several rings of them', async () => {
    const gpu = runtime();
    const x = bufferOf(gpu, Float32Array.of(1, 2, 3, 4, 5));
    const y = poisoned(gpu, 5);
    const before = gpu.counts();
    const created = gpu.ledger.created();
    for (let factor = 1; factor <= 2500; factor++) {
      gpu.run({
        kernel: scale,
        buffers: [{ buffer: x }, { buffer: y }],
        params: { count: 5, factor },
        workgroups: grid(1),
        flops: 5,
      });
    }
    expect([...(await runAndRead(gpu, [], y, 5))]).toEqual([2500, 5000, 7500, 10000, 12500]);
    expect(gpu.counts().dispatches - before.dispatches).toBe(2500);
    expect(gpu.counts().flops - before.flops).toBe(12500);
    await gpu.read(y, 0, 20);
    expect(gpu.ledger.created() - created).toBe(1); // the readback buffer, made once
  });

  it('refuses a shader that does not validate', async () => {
    const gpu = runtime();
    const x = bufferOf(gpu, Float32Array.of(1));
    const broken: Kernel = { ...scale, name: 'test.broken', code: scale.code.replace('y[i] = x[i]', 'y[i] = z[i]') };
    gpu.run({
      kernel: broken,
      buffers: [{ buffer: x }, { buffer: poisoned(gpu, 1) }],
      params: { count: 1, factor: 1 },
      workgroups: [1],
    });
    await expect(gpu.finish()).rejects.toThrow(/cannot be trusted/);
  });

  it('counts its buffers by category and forgets destroyed ones', () => {
    const gpu = runtime();
    const before = gpu.ledger.total();
    const buffer = gpu.createBuffer('kv cache', 'cache', 1001);
    expect(gpu.ledger.byCategory()['kv cache']).toBe(1004);
    gpu.destroyBuffer(buffer);
    expect(gpu.ledger.total()).toBe(before);
    expect(gpu.ledger.byCategory()['kv cache']).toBeUndefined();
  });

  it('gives GPU time by kernel where the device has timestamps', async () => {
    const gpu = runtime();
    const x = bufferOf(gpu, new Float32Array(1000));
    const y = poisoned(gpu, 1000);
    const times = await gpu.profile(async () => {
      for (let i = 0; i < 3; i++)
        gpu.run({
          kernel: scale,
          buffers: [{ buffer: x }, { buffer: y }],
          params: { count: 1000, factor: i },
          workgroups: grid(16),
        });
    });
    if (!gpu.device.features.has('timestamp-query')) return expect(times).toBeNull();
    expect(times).toEqual([{ kernel: 'test.scale', dispatches: 3, milliseconds: expect.any(Number) }]);
  });
});
