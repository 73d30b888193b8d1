/** Token embedding from tables of each weight type, and the gradient of a table by grouped rows. */
import { describe, expect, it } from 'vitest';
import type { WeightType } from '../../../src/gpu/kernel';
import { embed } from '../../../src/kernels/embedding/embedding';
import { embedReference } from '../../../src/kernels/embedding/reference';
import { groupTargets } from '../../../src/kernels/rows/group-rows';
import { addRows } from '../../../src/kernels/rows/rows';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

const vocabulary = 11;
const tokens = [3, 10, 0, 3, 7, 3];
const positions = [0, 1, 2, 0, 1, 2];

/** fp16 bits of a value that fp16 holds exactly, and is not subnormal. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  return ((bits >>> 16) & 0x8000) | ((((bits >>> 23) & 255) - 112) << 10) | ((bits >>> 13) & 1023);
}

/** A table as it is stored, padded with zeros to its stride, and its values. */
function tableOf(rows: number, width: number, weightType: WeightType, seed: number) {
  const stride = weightType === 'f32' ? width : Math.ceil(width / 8) * 8;
  const random = randomFloats(rows * width, seed);
  const values = new Float32Array(rows * stride);
  for (let i = 0; i < random.length; i++)
    values[Math.floor(i / width) * stride + (i % width)] = (Math.round(random[i]! * 256) + 0.5) / 64;
  if (weightType === 'f32') return { stride, values, stored: values };
  const halves = Uint16Array.from(values, halfBits);
  return { stride, values, stored: new Uint32Array(halves.buffer) };
}

describe.each(['packed', 'native', 'f32'] as const)('embedding from %s tables', (weightType) => {
  const runtime = useRuntime();

  it.each([1, 2, 7, 64, 261])('of %i floats, exactly', async (width) => {
    const gpu = runtime();
    const table = tableOf(vocabulary, width, weightType, 1);
    const positionTable = tableOf(3, width, weightType, 2);
    const length = tokens.length * width;
    const buffers = {
      tokens: { buffer: bufferOf(gpu, Uint32Array.from(tokens)) },
      table: { buffer: bufferOf(gpu, table.stored) },
    };
    const shape = { rows: tokens.length, width, weightType, tableStride: table.stride };
    const x = poisoned(gpu, length + 4);
    const plain = await runAndRead(gpu, [embed(shape, { ...buffers, x: { buffer: x } })], x, length + 4);
    const tokenPart = { values: table.values, stride: table.stride, rows: tokens };
    expect([...plain.subarray(0, length)]).toEqual([...embedReference(width, [tokenPart])]);
    expect([...plain.subarray(length)]).toEqual([NaN, NaN, NaN, NaN]);

    const both = poisoned(gpu, length);
    const dispatch = embed(
      { ...shape, positionStride: positionTable.stride },
      {
        ...buffers,
        positions: { buffer: bufferOf(gpu, Uint32Array.from(positions)) },
        positionTable: { buffer: bufferOf(gpu, positionTable.stored) },
        x: { buffer: both },
      },
    );
    const positionPart = { values: positionTable.values, stride: positionTable.stride, rows: positions };
    const expected = embedReference(width, [tokenPart, positionPart]);
    expect([...(await runAndRead(gpu, [dispatch], both, length))]).toEqual([...expected]);
  });
});

describe('gradient of an embedding', () => {
  const runtime = useRuntime();

  it('is the derivative of the embedding, but for the padding token', async () => {
    const gpu = runtime();
    const width = 5;
    const padding = 7;
    const dx = randomFloats(tokens.length * width, 1);
    // d(sum of x * dx) / d table[v, i], exactly, as the embedding is linear in its table.
    const expected = Float64Array.from({ length: vocabulary * width }, (_, at) => {
      const one = new Float64Array(vocabulary * width);
      one[at] = 1;
      const x = embedReference(width, [{ values: one, stride: width, rows: tokens }]);
      return Math.floor(at / width) === padding ? 0 : x.reduce((sum, value, i) => sum + value * dx[i]!, 0);
    });
    const { ids, starts, members } = groupTargets(tokens, padding);
    const dTable = bufferOf(gpu, new Float32Array(vocabulary * width));
    const dispatch = addRows(
      { targets: ids.length, members: members.length, width },
      {
        dy: { buffer: bufferOf(gpu, dx) },
        ids: { buffer: bufferOf(gpu, ids) },
        starts: { buffer: bufferOf(gpu, starts) },
        members: { buffer: bufferOf(gpu, members) },
        dx: { buffer: dTable },
      },
    );
    expectClose(await runAndRead(gpu, [dispatch], dTable, vocabulary * width), expected, 1e-6);
  });
});
