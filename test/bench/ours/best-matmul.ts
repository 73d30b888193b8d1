/** The quickest product of the model's own shapes by our matmul with its tuned tiles: what the engine can do at its best. */
import { openDevice } from '../../../src/gpu/device';
import type { Dispatch } from '../../../src/gpu/kernel';
import { createRuntime, type Runtime } from '../../../src/gpu/runtime';
import { matmul } from '../../../src/kernels/matmul/matmul';
import type { ModelConfig } from '../../../src/model/config';
import type { MatmulShape } from '../contender';
import { secondsOf } from '../support/paired';
import { tunedTiles } from './tuned-tiles';

export interface BestMatmul {
  readonly shape: MatmulShape;
  /** Of one run, which takes the product often enough to be timed well. */
  readonly flops: number;
  run(): Promise<void>;
  dispose(): void;
}

interface Product {
  shape: MatmulShape;
  dispatches: Dispatch[];
}

/** A timed run takes about this long. */
const runSeconds = 1;

export async function bestMatmul(config: ModelConfig, shapes: readonly MatmulShape[]): Promise<BestMatmul> {
  const studioDevice = await openDevice(globalThis.navigator.gpu);
  const runtime = createRuntime(studioDevice);
  const tiles = await tunedTiles(runtime, config, studioDevice.summary.software);
  let best: { product: Product; seconds: number; speed: number } | undefined;
  for (const product of productsOf(runtime, tiles, shapes)) {
    await repeat(runtime, product, 1);
    const seconds = (await secondsOf(() => repeat(runtime, product, 3))) / 3;
    const speed = flopsOf(product.shape) / seconds;
    if (speed > (best?.speed ?? 0)) best = { product, seconds, speed };
  }
  if (!best) throw new Error('internal: no shapes');
  const { product, seconds } = best;
  const times = Math.max(1, Math.round(runSeconds / seconds));
  return {
    shape: product.shape,
    flops: times * flopsOf(product.shape),
    run: () => repeat(runtime, product, times),
    dispose: () => {
      runtime.dispose();
      runtime.device.destroy();
    },
  };
}

const flopsOf = ({ m, k, n }: MatmulShape) => 2 * m * k * n;

async function repeat(runtime: Runtime, { dispatches }: Product, times: number): Promise<void> {
  for (let i = 0; i < times; i++) for (const dispatch of dispatches) runtime.run(dispatch);
  await runtime.finish();
}

/** All in the same three buffers. They are zero: no adapter multiplies zeros quicker. */
function productsOf(
  runtime: Runtime,
  tiles: Awaited<ReturnType<typeof tunedTiles>>,
  shapes: readonly MatmulShape[],
): Product[] {
  const strideOf = ({ k, n, transposed }: MatmulShape) => Math.ceil((transposed ? k : n) / 8) * 8;
  const buffer = (label: string, bytes: (shape: MatmulShape) => number) => ({
    buffer: runtime.createBuffer('scratch', label, Math.max(...shapes.map(bytes))),
  });
  const x = buffer('x', ({ m, k }) => 4 * m * k);
  const weight = buffer('weight', (shape) => 2 * strideOf(shape) * (shape.transposed ? shape.n : shape.k));
  const y = buffer('y', ({ m, n }) => 4 * m * n);
  return shapes.map((shape) => ({
    shape,
    dispatches: matmul(tiles, {
      layout: shape.transposed ? 'nt' : 'nn',
      weightType: runtime.halves,
      ...{ x, weight, y },
      weightStride: strideOf(shape),
      rows: shape.m,
      k: shape.k,
      n: shape.n,
    }),
  }));
}
