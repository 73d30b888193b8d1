/**
 * The ground the end-to-end tests stand on: WebGPU with shader-f16 in headless Chromium, also inside a shared worker with an
 * extended lifetime, and the plain adapter without shader-f16. Runs a real shader; does not touch the studio.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeAdapter } from '../../scripts/lib/chromium.mjs';
import { serveFolder } from '../../scripts/serve.mjs';
import { type TestBrowser, launchBrowser } from '../support/browser';
import { describeWith } from '../support/needs';

/** Runs in the shared worker: doubles four half-precision numbers on the GPU and posts them back as 32-bit floats. */
const workerSource = `
const shader = \`
enable f16;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) {
  data[id.x] = f32(f16(data[id.x]) * 2.0h);
}\`;
async function run() {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter.requestDevice({ requiredFeatures: ['shader-f16'] });
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const data = device.createBuffer({ size: 16, usage });
  device.queue.writeBuffer(data, 0, new Float32Array([1, 2.5, -3, 0.1]));
  const module = device.createShaderModule({ code: shader });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer: data } }] });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline); pass.setBindGroup(0, group); pass.dispatchWorkgroups(1); pass.end();
  const copy = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  encoder.copyBufferToBuffer(data, 0, copy, 0, 16);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  return [...new Float32Array(copy.getMappedRange())];
}
let calls = 0;
self.onconnect = (event) => {
  const port = event.ports[0];
  calls += 1;
  run().then((values) => port.postMessage({ values, calls }), (error) => port.postMessage({ error: String(error), calls }));
};
`;

/** Runs in the page. */
const askWorker = () =>
  new Promise<{ values?: number[]; error?: string; calls: number }>((resolve) => {
    const options = { type: 'module', name: 'ground', extendedLifetime: true } as const;
    const worker = new SharedWorker('/worker.js', options);
    worker.port.addEventListener('message', (event) => resolve(event.data));
    worker.port.start();
  });

let folder: string;
let server: Awaited<ReturnType<typeof serveFolder>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whetstone-ground-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>ground</title>');
  writeFileSync(join(folder, 'worker.js'), workerSource);
  server = await serveFolder({ folder, port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describeWith(['chromium'], 'lavapipe in Chromium', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await launchBrowser({ adapter: 'lavapipe' });
    await browser.page.goto(server.address);
  });
  afterAll(() => browser.close());

  it('has shader-f16 and a 1 GiB binding limit', async () => {
    const adapter = await describeAdapter(browser.page);
    expect(adapter).toMatchObject({ software: true, shaderF16: true, maxBinding: 2 ** 30 });
  });

  it('computes in half precision inside a shared worker that outlives a reload', async () => {
    const first = await browser.page.evaluate(askWorker);
    expect(first).toEqual({ values: [2, 5, -6, 0.199951171875], calls: 1 });
    await browser.page.reload();
    const second = await browser.page.evaluate(askWorker);
    expect(second).toEqual({ ...first, calls: 2 });
  });
});

describeWith(['chromium-swiftshader'], 'SwiftShader in Chromium', () => {
  it('has WebGPU without shader-f16', async () => {
    const browser = await launchBrowser({ adapter: 'swiftshader' });
    await browser.page.goto(server.address);
    const adapter = await describeAdapter(browser.page);
    await browser.close();
    expect(adapter).toMatchObject({ architecture: 'swiftshader', software: true, shaderF16: false });
  });
});
