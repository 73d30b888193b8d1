/** Picking rows and summing them back: exact order, rows that share a target, targets without rows. */
import { describe, expect, it } from 'vitest';
import { groupAllTargets, groupTargets } from '../../../src/kernels/rows/group-rows';
import { gatherRowsReference, scatterRowsReference } from '../../../src/kernels/rows/reference';
import { addRows, gatherRows, scatterRows } from '../../../src/kernels/rows/rows';
import { dot } from '../../support/finite-differences';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

const tokens = 9;
const rowIndex = [4, 0, 8, 4, 4, 2, 0];
const widths = [1, 7, 64, 260];

describe('rows', () => {
  const runtime = useRuntime();

  it('groups rows by target, in order', () => {
    const all = groupAllTargets(rowIndex, tokens);
    expect([...all.starts]).toEqual([0, 2, 2, 3, 3, 6, 6, 6, 6, 7]);
    expect([...all.members]).toEqual([1, 6, 5, 0, 3, 4, 2]);
    const some = groupTargets(rowIndex, 4);
    expect([...some.ids]).toEqual([0, 2, 8]);
    expect([...some.starts]).toEqual([0, 2, 3, 4]);
    expect([...some.members]).toEqual([1, 6, 5, 2]);
    expect(groupTargets([3, 3], 3).ids.length).toBe(0);
    expect(() => groupAllTargets([9], tokens)).toThrow(/internal/);
  });

  it.each(widths)('gathers rows of %i floats', async (width) => {
    const gpu = runtime();
    const x = randomFloats(tokens * width, 1);
    const length = rowIndex.length * width;
    const y = poisoned(gpu, length + 4);
    const indices = { buffer: bufferOf(gpu, Uint32Array.from(rowIndex)) };
    const buffers = { x: { buffer: bufferOf(gpu, x) }, rowIndex: indices, y: { buffer: y } };
    const dispatch = gatherRows({ rows: rowIndex.length, width }, buffers);
    const result = await runAndRead(gpu, [dispatch], y, length + 4);
    expect([...result.subarray(0, length)]).toEqual([...gatherRowsReference(x, rowIndex, width)]);
    expect([...result.subarray(length)]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it.each(widths)('scatters rows of %i floats over all tokens', async (width) => {
    const gpu = runtime();
    const dy = randomFloats(rowIndex.length * width, 2);
    const { starts, members } = groupAllTargets(rowIndex, tokens);
    const dx = poisoned(gpu, tokens * width + 4);
    const dispatch = scatterRows(
      { rows: tokens, members: members.length, width },
      {
        dy: { buffer: bufferOf(gpu, dy) },
        starts: { buffer: bufferOf(gpu, starts) },
        members: { buffer: bufferOf(gpu, members) },
        dx: { buffer: dx },
      },
    );
    const result = await runAndRead(gpu, [dispatch], dx, tokens * width + 4);
    const expected = scatterRowsReference(dy, rowIndex, width, new Float64Array(tokens * width));
    expectClose(result.subarray(0, tokens * width), expected, 1e-6);
    expect([...result.subarray(tokens * width)]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it.each(widths)('adds rows of %i floats to some of a table, skipping one', async (width) => {
    const gpu = runtime();
    const dy = randomFloats(rowIndex.length * width, 2);
    const before = randomFloats(tokens * width, 3);
    const { ids, starts, members } = groupTargets(rowIndex, 0);
    const dx = bufferOf(gpu, before);
    const dispatch = addRows(
      { targets: ids.length, members: members.length, width },
      {
        dy: { buffer: bufferOf(gpu, dy) },
        ids: { buffer: bufferOf(gpu, ids) },
        starts: { buffer: bufferOf(gpu, starts) },
        members: { buffer: bufferOf(gpu, members) },
        dx: { buffer: dx },
      },
    );
    const result = await runAndRead(gpu, [dispatch], dx, tokens * width);
    expectClose(result, scatterRowsReference(dy, rowIndex, width, before, 0), 1e-6);
    expect([...result.subarray(0, width)]).toEqual([...before.subarray(0, width)]);
  });

  it('the references are each other’s transpose', () => {
    const x = randomFloats(tokens * 3, 1);
    const dy = randomFloats(rowIndex.length * 3, 2);
    const scattered = scatterRowsReference(dy, rowIndex, 3, new Float64Array(tokens * 3));
    expect(dot(scattered, x)).toBeCloseTo(dot(gatherRowsReference(x, rowIndex, 3), dy), 12);
  });
});
