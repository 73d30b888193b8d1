/** Random operands for one matmul, stored as a kernel reads them, and the comparison with the float64 reference. */
import { expect } from 'vitest';
import { philox } from '../../../src/data/seeded-random';
import type { WeightType } from '../../../src/gpu/kernel';
import type { Runtime } from '../../../src/gpu/runtime';
import { fixedTile } from '../../../src/kernels/matmul/choice';
import { matmul, type LoraDown, type LoraUp, type MatmulArgs } from '../../../src/kernels/matmul/matmul';
import { matmulReference, type MatmulReference } from '../../../src/kernels/matmul/reference';
import type { TileName } from '../../../src/kernels/matmul/tiles';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, runAndRead } from '../../support/kernels';

/** fp16 bits of a value that fp16 holds exactly, and is not subnormal. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  return ((bits >>> 16) & 0x8000) | ((((bits >>> 23) & 255) - 112) << 10) | ((bits >>> 13) & 1023);
}

/** Weights [rows, width] that halves hold exactly: padded with zeros to their stride, and as they are stored. */
export function randomWeights(rows: number, width: number, weightType: WeightType) {
  const stride = weightType === 'f32' ? width : Math.ceil(width / 8) * 8;
  const values = new Float32Array(rows * stride);
  const random = randomFloats(rows * width, 1);
  for (let i = 0; i < random.length; i++)
    values[Math.floor(i / width) * stride + (i % width)] = Math.round(random[i]! * 1024) / 1024;
  const stored = weightType === 'f32' ? values : new Uint32Array(Uint16Array.from(values, halfBits).buffer);
  return { stride, values, stored };
}

export interface MatmulCase extends Pick<MatmulArgs, 'layout' | 'weightType' | 'rows' | 'k' | 'n'> {
  weightRow?: number;
  bias?: boolean;
  residual?: 'add' | 'accumulate';
  up?: Pick<LoraUp, 'parts' | 'rank'>;
  down?: Pick<LoraDown, 'ranks' | 'dropout'>;
}

/** Runs a case with random data and compares; fp32 sums of k terms. */
export async function checkMatmul(gpu: Runtime, tile: TileName, test: MatmulCase): Promise<void> {
  const { layout, weightType, rows, k, n, weightRow = 0 } = test;
  const part = (data: Float32Array) => ({ buffer: bufferOf(gpu, data) });
  const [used, width] = layout === 'nt' ? [n, k] : [k, n];
  const weights = randomWeights(weightRow + used, width, weightType);
  const [x, bias, before] = [randomFloats(rows * k, 2), randomFloats(n, 3), randomFloats(rows * n, 4)];
  const lora = loraOf(test);
  const y = part(test.residual === 'accumulate' ? before : new Float32Array(rows * n).fill(NaN));
  const residual = test.residual === 'add' ? part(before) : test.residual;
  const args: MatmulArgs = {
    ...{ layout, weightType, rows, k, n, weightRow, y },
    x: part(x),
    weight: { buffer: bufferOf(gpu, weights.stored) },
    weightStride: weights.stride,
    ...(test.bias && { bias: part(bias) }),
    ...(residual && { residual }),
    ...(lora && { lora: { ...lora.args, u: part(lora.u), factor: part(lora.factor) } }),
  };
  const actual = await runAndRead(gpu, matmul(fixedTile(tile), args), y.buffer, rows * n + 4);
  const expected = matmulReference({
    ...{ layout, rows, k, n, x, weight: weights.values, weightStride: weights.stride, weightRow },
    ...(test.bias && { bias }),
    ...(test.residual && { residual: before }),
    ...lora?.reference,
  });
  expectClose(actual.subarray(0, rows * n), expected, 1e-6 * Math.sqrt(k));
  expect([...actual.subarray(rows * n)], 'nothing is written behind y').toEqual([NaN, NaN, NaN, NaN]);
}

interface LoraData {
  args: Omit<LoraUp, 'u' | 'factor'> | Omit<LoraDown, 'u' | 'factor'>;
  u: Float32Array;
  factor: Float32Array;
  reference: Pick<MatmulReference, 'up' | 'down'>;
}

function loraOf({ rows, n, up, down }: MatmulCase): LoraData | null {
  if (up) {
    const adapted = up.parts.filter((part) => part.adapted);
    const u = randomFloats(rows * adapted.length * up.rank, 5);
    const factor = randomFloats(adapted.reduce((sum, { width }) => sum + width, 0) * up.rank, 6);
    const args = { kind: 'up', ...up, scale: 0.5 } as const;
    return { args, u, factor, reference: { up: { ...args, u, b: factor } } };
  }
  if (!down) return null;
  const [u, factor] = [randomFloats(rows * down.ranks, 7), randomFloats(down.ranks * n, 8)];
  const { dropoutKey = 0, dropoutThreshold = 0, dropoutKept = 1 } = down.dropout ?? {};
  const kept = (row: number, column: number) =>
    philox(column, row, dropoutKey)[0] < dropoutThreshold ? 0 : dropoutKept;
  return {
    args: { kind: 'down', ...down },
    u,
    factor,
    reference: { down: { u, a: factor, ranks: down.ranks, factor: kept } },
  };
}
