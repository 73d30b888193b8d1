/** One product by our matmul, with B as halves in the layout that the model stores and the tile that the tuner picks. */
import { openDevice } from '../../../src/gpu/device';
import type { Dispatch } from '../../../src/gpu/kernel';
import { createRuntime, type Runtime } from '../../../src/gpu/runtime';
import { matmul } from '../../../src/kernels/matmul/matmul';
import { tuneMatmul } from '../../../src/kernels/matmul/tune';
import type { MatmulContender, MatmulShape } from '../contender';
import { halfOf } from '../support/halves';

interface Prepared {
  runtime: Runtime;
  run(): void;
  y: GPUBuffer;
  size: number;
}

/** @param halves 'packed' reads two halves in a u32, 'native' needs shader-f16 */
export function fusedMatmul(halves: 'packed' | 'native'): MatmulContender {
  let prepared: Prepared | undefined;
  const current = () => {
    if (!prepared) throw new Error('internal: prepare() first');
    return prepared;
  };
  return {
    name: `fused, ${halves}`,
    prepare: async (shape, a, b) => {
      prepared = await open(shape, a, b, halves);
    },
    run: async () => {
      const { run, runtime } = current();
      run();
      await runtime.finish();
    },
    result: async () => new Float32Array(await current().runtime.read(current().y, 0, current().size * 4)),
    dispose: async () => {
      if (!prepared) return;
      const { runtime } = prepared;
      prepared = undefined;
      runtime.dispose();
      runtime.device.destroy();
    },
  };
}

async function open(
  { m, k, n, transposed }: MatmulShape,
  a: Float32Array,
  b: Float32Array,
  halves: 'packed' | 'native',
): Promise<Prepared> {
  const studioDevice = await openDevice(globalThis.navigator.gpu);
  const runtime = createRuntime(studioDevice, halves);
  const [bRows, bWidth] = transposed ? [n, k] : [k, n];
  const weightStride = Math.ceil(bWidth / 8) * 8;
  const stored = new Uint16Array(bRows * weightStride);
  for (let row = 0; row < bRows; row++)
    for (let column = 0; column < bWidth; column++)
      stored[row * weightStride + column] = halfOf(b[row * bWidth + column]!);
  const [x, weight, y] = [
    runtime.createBuffer('scratch', 'a', m * k * 4),
    runtime.createBuffer('weights', 'b', stored.byteLength),
    runtime.createBuffer('scratch', 'c', m * n * 4),
  ];
  runtime.write(x, Float32Array.from(a));
  runtime.write(weight, stored);
  const layout = transposed ? 'nt' : 'nn';
  const shape = { layout, weightType: halves, rows: m, k, n } as const;
  const choice = await tuneMatmul(runtime, [shape], studioDevice.summary.software);
  const buffers = { x: { buffer: x }, weight: { buffer: weight }, y: { buffer: y } };
  const dispatches: Dispatch[] = matmul(choice, { ...shape, ...buffers, weightStride });
  const run = () => dispatches.forEach((dispatch) => runtime.run(dispatch));
  return { runtime, run, y, size: m * n };
}
