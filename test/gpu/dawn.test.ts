/** The ground the GPU tests stand on: both software adapters in one Node process, with the limits and features the tests count on. */
import { expect, it } from 'vitest';
import { openDawn } from '../support/dawn';
import { describeWith } from '../support/needs';

const gibibyte = 2 ** 30;

/** Squares four numbers in a storage buffer; 32-bit floats, no optional feature. */
async function squares(gpu: GPU, values: number[]): Promise<number[]> {
  const adapter = await gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  if (!device) throw new Error('no device');
  const code = `@group(0) @binding(0) var<storage, read_write> data: array<f32>;
    @compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) { data[id.x] *= data[id.x]; }`;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const size = values.length * 4;
  const data = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  const copy = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  device.queue.writeBuffer(data, 0, new Float32Array(values));
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const layout = pipeline.getBindGroupLayout(0);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: data } }] }));
  pass.dispatchWorkgroups(values.length);
  pass.end();
  encoder.copyBufferToBuffer(data, 0, copy, 0, size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const result = [...new Float32Array(copy.getMappedRange())];
  device.destroy();
  return result;
}

describeWith(['lavapipe', 'swiftshader'], 'Dawn in Node', () => {
  it('opens lavapipe with shader-f16 and a 1 GiB binding limit, and computes', async () => {
    const gpu = openDawn('lavapipe');
    const adapter = await gpu.requestAdapter();
    expect(adapter?.info.description).toContain('llvmpipe');
    expect(adapter?.features.has('shader-f16')).toBe(true);
    expect(adapter?.limits.maxStorageBufferBindingSize).toBe(gibibyte);
    expect(await squares(gpu, [1, -2, 3, 0.5])).toEqual([1, 4, 9, 0.25]);
  });

  it('opens SwiftShader, without shader-f16, in the same process, and computes', async () => {
    const gpu = openDawn('swiftshader');
    const adapter = await gpu.requestAdapter();
    expect(adapter?.info.description).toContain('SwiftShader');
    expect(adapter?.features.has('shader-f16')).toBe(false);
    expect(adapter?.limits.maxStorageBufferBindingSize).toBe(gibibyte);
    expect(await squares(gpu, [1, -2, 3, 0.5])).toEqual([1, 4, 9, 0.25]);
  });
});
