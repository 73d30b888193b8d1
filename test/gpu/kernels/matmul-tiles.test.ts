/** Choosing tiles: what a choice gives, splitting long matmuls, tuning, and that a tile's results never change. */
import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../../src/gpu/runtime';
import { defaultTiles, fixedTile, tileFor } from '../../../src/kernels/matmul/choice';
import { matmul, type MatmulArgs } from '../../../src/kernels/matmul/matmul';
import { tileFacts, tileNames } from '../../../src/kernels/matmul/tiles';
import { tuneMatmul } from '../../../src/kernels/matmul/tune';
import { randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';
import { randomWeights } from './matmul-cases';

const sizes = { layout: 'nt', weightType: 'packed', rows: 40, k: 64, n: 200 } as const;

function argsOf(gpu: Runtime): MatmulArgs {
  const { rows, k, n } = sizes;
  const weights = randomWeights(n, k, 'packed');
  const x = { buffer: bufferOf(gpu, randomFloats(rows * k, 2)) };
  const weight = { buffer: bufferOf(gpu, weights.stored) };
  return { ...sizes, x, weight, weightStride: weights.stride, y: { buffer: poisoned(gpu, rows * n) } };
}

describe('matmul tiles', () => {
  const runtime = useRuntime();
  const software = true;

  it('splits a long matmul into dispatches that give the same bits, and count the same work', async () => {
    const gpu = runtime();
    const args = argsOf(gpu);
    const length = sizes.rows * sizes.n;
    const tile = defaultTiles(tileFacts(gpu.device), software).fallback.many.tile;
    const whole = matmul(fixedTile(tile, 1e12), args);
    const split = matmul(fixedTile(tile, 2.5e6), args);
    expect([whole.length, split.length]).toEqual([1, 5]);
    const expected = await runAndRead(gpu, whole, args.y.buffer, length);
    gpu.write(args.y.buffer, new Float32Array(length).fill(NaN));
    expect(await runAndRead(gpu, split, args.y.buffer, length)).toEqual(expected);
    const flops = split.reduce((sum, dispatch) => sum + (dispatch.flops ?? 0), 0);
    expect(flops).toBeCloseTo(2 * sizes.rows * sizes.k * sizes.n, 0);
  });

  it('measures the tiles and gives a plain choice; leaves no buffer behind', async () => {
    const gpu = runtime();
    const before = gpu.ledger.total();
    const choice = await tuneMatmul(gpu, [{ ...sizes, rows: 4, n: 64 }], software);
    expect(gpu.ledger.total() - before).toBe(0);
    expect(JSON.parse(JSON.stringify(choice))).toEqual(choice);
    expect(Object.keys(choice.entries)).toEqual(['nt.packed.few']);
    expect(tileNames).toContain(choice.entries['nt.packed.few']?.tile);
    expect(tileFor(choice, 'nt', 'packed', 4).maxFlops).toBeGreaterThan(0);
  });

  it('guesses by what the device says', () => {
    const gpu = { shuffle: true, workgroupThreads: 256 };
    expect(defaultTiles(gpu, false).fallback.many.tile).toBe('block64x64');
    expect(defaultTiles({ ...gpu, workgroupThreads: 128 }, false).fallback.many.tile).toBe('shuffle16x32');
    expect(defaultTiles(gpu, true).fallback.few.tile).toBe('shuffle16x32');
    expect(defaultTiles({ ...gpu, shuffle: false }, true).fallback.many.tile).toBe('lanes8x32');
  });
});
