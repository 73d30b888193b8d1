/**
 * Measures on the shapes that a model has which tile is quickest on this adapter. Leaves out storing the result; see choice.ts
 * for what it means.
 */
import type { BufferPart } from '../../gpu/kernel';
import type { Runtime } from '../../gpu/runtime';
import { choiceKey, defaultTiles, fixedTile, tileFor, type TileChoice, type TileEntry } from './choice';
import { matmul, type MatmulArgs } from './matmul';
import { canRun, tileFacts, tileNames, type TileName } from './tiles';

/** A matmul as the model has it, without data. */
export type MatmulShape = Pick<MatmulArgs, 'layout' | 'weightType' | 'rows' | 'k' | 'n'>;

const runs = 4;
/** How much quicker than the best so far a tile must be to take its place: what else the machine does decides less. */
const clearly = 1.15;
/** A tile this much slower than the best so far is measured no further. */
const hopeless = 3;

/**
 * Measures every tile this device can run on `shapes`, and takes for each key (layout, weight type, row class) the guess
 * for such an adapter, or one that is clearly quicker. Allocates and frees its buffers. A few seconds on a CPU adapter, most of it compiling.
 * @param software the adapter computes on the CPU
 */
export async function tuneMatmul(
  runtime: Runtime,
  shapes: readonly MatmulShape[],
  software: boolean,
): Promise<TileChoice> {
  const facts = tileFacts(runtime.device);
  const guess = defaultTiles(facts, software);
  const buffers = scratch(runtime, shapes);
  const groups = new Map<string, MatmulShape[]>();
  for (const shape of shapes) {
    const key = choiceKey(shape.layout, shape.weightType, shape.rows);
    groups.set(key, [...(groups.get(key) ?? []), shape]);
  }
  const entries: Record<string, TileEntry> = {};
  try {
    for (const [key, group] of groups) {
      const guessed = tileFor(guess, group[0]!.layout, group[0]!.weightType, group[0]!.rows).tile;
      // The guess first: hopeless tiles are then given up early.
      const tiles = [guessed, ...tileNames.filter((name) => name !== guessed && canRun(name, facts))];
      let best: TileEntry = { tile: guessed, flopsPerSecond: 0 };
      for (const tile of tiles) {
        const flopsPerSecond = await measure(runtime, tile, group, buffers, best.flopsPerSecond / hopeless);
        if (flopsPerSecond > clearly * best.flopsPerSecond) best = { tile, flopsPerSecond };
      }
      entries[key] = best;
    }
  } finally {
    Object.values(buffers).forEach(({ buffer }) => runtime.destroyBuffer(buffer));
  }
  return { ...guess, entries };
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

/** Floating-point operations a second over the shapes: their sum over the sum of the shortest times; 0 if hopeless. */
async function measure(
  runtime: Runtime,
  tile: TileName,
  shapes: readonly MatmulShape[],
  buffers: Scratch,
  leastFlopsPerSecond: number,
): Promise<number> {
  let [flops, seconds] = [0, 0];
  for (const shape of shapes) {
    const dispatches = matmul(fixedTile(tile), { ...shape, ...buffers, weightStride: strideOf(shape) });
    const work = 2 * shape.rows * shape.k * shape.n;
    const times: number[] = [];
    await runtime.compile(dispatches.map(({ kernel }) => kernel));
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      dispatches.forEach((dispatch) => runtime.run(dispatch));
      await runtime.finish();
      times.push((performance.now() - start) / 1000);
      // The first run may compile.
      if (run > 0 && work / times[run]! < leastFlopsPerSecond) return 0;
    }
    // The shortest: whatever else the machine does only adds.
    seconds += Math.min(...times);
    flops += work;
  }
  return flops / seconds;
}
