/**
 * Measures on the shapes that a model has which tile is quickest on this adapter. Leaves out storing the result; see choice.ts
 * for what it means.
 */
import type { BufferPart } from '../../gpu/kernel';
import type { Runtime } from '../../gpu/runtime';
import { choiceKey, defaultTiles, fixedTile, type TileChoice, type TileEntry } from './choice';
import { matmul, type MatmulArgs } from './matmul';
import { canRun, tileFacts, tileNames, type TileName } from './tiles';

/** A matmul as the model has it, without data. */
export type MatmulShape = Pick<MatmulArgs, 'layout' | 'weightType' | 'rows' | 'k' | 'n'>;

const runs = 3;

/**
 * Measures every tile this device can run on `shapes`, and takes for each key (layout, weight type, row class) the one with
 * the smallest sum of median times. Allocates and frees its buffers. A few seconds on a CPU adapter, most of it compiling.
 * @param software see defaultTiles
 */
export async function tuneMatmul(
  runtime: Runtime,
  shapes: readonly MatmulShape[],
  software: boolean,
): Promise<TileChoice> {
  const facts = tileFacts(runtime.device);
  const buffers = scratch(runtime, shapes);
  const groups = Map.groupBy(shapes, ({ layout, weightType, rows }) => choiceKey(layout, weightType, rows));
  const entries: Record<string, TileEntry> = {};
  try {
    for (const [key, group] of groups) {
      let best: TileEntry | null = null;
      for (const tile of tileNames.filter((name) => canRun(name, facts))) {
        const flopsPerSecond = await measure(runtime, tile, group, buffers);
        if (!best || flopsPerSecond > best.flopsPerSecond) best = { tile, flopsPerSecond };
      }
      if (best) entries[key] = best;
    }
  } finally {
    Object.values(buffers).forEach(({ buffer }) => runtime.destroyBuffer(buffer));
  }
  return { ...defaultTiles(facts, software), entries };
}

interface Scratch {
  x: BufferPart;
  weight: BufferPart;
  y: BufferPart;
}

const strideOf = ({ layout, weightType, k, n }: MatmulShape) => {
  const row = layout === 'nt' ? k : n;
  return weightType === 'f32' ? row : Math.ceil(row / 8) * 8;
};

/** Buffers for the largest shape. They are zero: no adapter multiplies zeros quicker. */
function scratch(runtime: Runtime, shapes: readonly MatmulShape[]): Scratch {
  const part = (label: string, bytes: (shape: MatmulShape) => number) => ({
    buffer: runtime.createBuffer('engine', `matmul tuning: ${label}`, Math.max(...shapes.map(bytes))),
  });
  return {
    x: part('x', ({ rows, k }) => 4 * rows * k),
    weight: part('weight', (shape) => {
      const size = shape.weightType === 'f32' ? 4 : 2;
      return size * strideOf(shape) * (shape.layout === 'nt' ? shape.n : shape.k);
    }),
    y: part('y', ({ rows, n }) => 4 * rows * n),
  };
}

/** Floating-point operations a second over the shapes: their sum over the sum of the median times. */
async function measure(
  runtime: Runtime,
  tile: TileName,
  shapes: readonly MatmulShape[],
  buffers: Scratch,
): Promise<number> {
  let [flops, seconds] = [0, 0];
  for (const shape of shapes) {
    const dispatches = matmul(fixedTile(tile), { ...shape, ...buffers, weightStride: strideOf(shape) });
    const times: number[] = [];
    for (let run = 0; run <= runs; run++) {
      const start = performance.now();
      dispatches.forEach((dispatch) => runtime.run(dispatch));
      await runtime.finish();
      // The first run compiles.
      if (run > 0) times.push(performance.now() - start);
    }
    seconds += times.toSorted((a, b) => a - b)[Math.floor(runs / 2)]! / 1000;
    flops += 2 * shape.rows * shape.k * shape.n;
  }
  return flops / seconds;
}
