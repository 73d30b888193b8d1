/**
 * The matmul with each tile: forward with bias, LoRA and residual, backward with LoRA under dropout, all storage types, odd
 * sizes. Tuning and splitting: matmul-tiles.test.ts.
 */
import { describe, it } from 'vitest';
import { canRun, matmulTiles, tileFacts, tileNames } from '../../../src/kernels/matmul/tiles';
import { useRuntime } from '../../support/kernels';
import { checkMatmul, type MatmulCase } from './matmul-cases';

const dropout = { dropoutKey: 77, dropoutThreshold: 2 ** 30, dropoutKept: 4 / 3 };
/** Adapted, not adapted, adapted; block borders lie within them. */
const parts = (...widths: number[]) => widths.map((width, i) => ({ width, adapted: i !== 1 }));

const cases: [string, MatmulCase][] = [
  [
    'forward, packed',
    {
      layout: 'nt',
      weightType: 'packed',
      rows: 37,
      k: 68,
      n: 140,
      bias: true,
      residual: 'add',
      up: { parts: parts(36, 8, 96), rank: 4 },
    },
  ],
  [
    'backward, packed',
    {
      layout: 'nn',
      weightType: 'packed',
      rows: 19,
      k: 36,
      n: 72,
      residual: 'accumulate',
      down: { ranks: 12, dropout },
    },
  ],
  [
    'forward, native, odd sizes',
    {
      layout: 'nt',
      weightType: 'native',
      rows: 5,
      k: 71,
      n: 67,
      weightRow: 3,
      up: { parts: parts(31, 17, 19), rank: 3 },
    },
  ],
  [
    'backward, native, odd sizes',
    { layout: 'nn', weightType: 'native', rows: 33, k: 13, n: 35, weightRow: 2, down: { ranks: 5 } },
  ],
  ['forward, f32, odd sizes', { layout: 'nt', weightType: 'f32', rows: 3, k: 7, n: 9, bias: true, residual: 'add' }],
  ['backward, f32', { layout: 'nn', weightType: 'f32', rows: 9, k: 20, n: 36, residual: 'accumulate' }],
  ['one row, one column', { layout: 'nt', weightType: 'packed', rows: 1, k: 1, n: 1 }],
];

/** Pipelines take long to compile on a CPU adapter: what all tiles share is tested with those that are used there. */
const shared: readonly string[] = ['forward, f32, odd sizes', 'backward, f32'];

describe.each(tileNames)('matmul with tile %s', (tile) => {
  const runtime = useRuntime();
  const used = matmulTiles[tile].style === 'lanes' ? cases : cases.filter(([name]) => !shared.includes(name));
  it.each(tile === 'block32x128' ? used.slice(0, 1) : used)('%s', async (_, test) => {
    const gpu = runtime();
    if (canRun(tile, tileFacts(gpu.device))) await checkMatmul(gpu, tile, test);
  });
});
