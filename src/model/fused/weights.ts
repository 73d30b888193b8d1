/**
 * The frozen base weights on the GPU: matrices as halves (or fp32), rows padded to a stride, vectors in fp32; one buffer
 * a region. Each tensor is converted and uploaded by itself, so the host never holds the model twice.
 */
import type { BufferPart, WeightType } from '../../gpu/kernel';
import type { Runtime } from '../../gpu/runtime';
import { InputError } from '../../protocol/errors';
import type { NamedTensor } from '../adapter-types';
import type { ModelConfig } from '../config';
import { packHalves } from './half';
import { weightLayout, type Region } from './layout';

/** A matrix as the matmul kernels take it. */
export interface Matrix {
  part: BufferPart;
  type: WeightType;
  /** Elements from one row to the next. */
  stride: number;
  rows: number;
  columns: number;
}

/** Gives a tensor by its safetensors name; a Map does. Called once a tensor. */
export interface WeightSource {
  get(name: string): NamedTensor | undefined;
}

export interface BaseWeights {
  type: WeightType;
  matrix(region: string): Matrix;
  /** A vector's buffer; undefined where the model has none of that name. */
  vector(region: string): BufferPart | undefined;
  /** The tensor on the host, in fp32. */
  read(name: string): Promise<NamedTensor>;
  dispose(): void;
}

/** Rows of matrices of halves start at multiples of this many elements: 16 bytes, one vec4<u32>. */
const strideOf = (columns: number, type: WeightType) => (type === 'f32' ? columns : Math.ceil(columns / 8) * 8);

interface Stored {
  region: Region;
  buffer: GPUBuffer;
  /** Null for vectors. */
  matrix: Matrix | null;
}

const isMatrix = (region: Region) => region.tensors[0]!.shape.length === 2;

function matrixShape(region: Region): { rows: number; columns: number } {
  const columns = region.tensors[0]!.shape[1]!;
  return { rows: region.tensors.reduce((sum, { shape }) => sum + shape[0]!, 0), columns };
}

/** Bytes of a region on the GPU; the memory plan's figure. */
export function regionBytes(region: Region, type: WeightType): number {
  if (!isMatrix(region)) return region.size * 4;
  const { rows, columns } = matrixShape(region);
  return Math.ceil((rows * strideOf(columns, type) * (type === 'f32' ? 4 : 2)) / 4) * 4;
}

/** Puts the weights on the GPU. @throws InputError for a weight beyond the range of fp16 */
export function uploadBase(runtime: Runtime, config: ModelConfig, source: WeightSource, type: WeightType): BaseWeights {
  const stored = new Map<string, Stored>();
  for (const region of weightLayout(config).regions.values()) {
    const buffer = runtime.createBuffer('weights', region.key, regionBytes(region, type));
    stored.set(region.key, { region, buffer, matrix: uploadRegion(runtime, region, source, type, buffer) });
  }
  const find = (key: string): Stored => {
    const found = stored.get(key);
    if (!found) throw new Error(`internal: the model has no weight region ${key}`);
    return found;
  };
  return {
    type,
    matrix: (key) => {
      const { matrix } = find(key);
      if (!matrix) throw new Error(`internal: ${key} is no matrix`);
      return matrix;
    },
    vector: (key) => {
      const found = stored.get(key);
      return found && { buffer: found.buffer };
    },
    read: (name) => readTensor(runtime, [...stored.values()], name),
    dispose: () => {
      for (const { buffer } of stored.values()) runtime.destroyBuffer(buffer);
      stored.clear();
    },
  };
}

function uploadRegion(
  runtime: Runtime,
  region: Region,
  source: WeightSource,
  type: WeightType,
  buffer: GPUBuffer,
): Matrix | null {
  let row = 0;
  for (const tensor of region.tensors) {
    const { data } = tensorOf(source, tensor.name);
    if (!isMatrix(region)) {
      runtime.write(buffer, data as Float32Array<ArrayBuffer>, (tensor.offset - region.offset) * 4);
      continue;
    }
    const [rows, columns] = tensor.shape as [number, number];
    const stride = strideOf(columns, type);
    if (type === 'f32') runtime.write(buffer, data as Float32Array<ArrayBuffer>, row * stride * 4);
    else writeHalves(runtime, buffer, tensor.name, data, { rows, columns, stride, row });
    row += rows;
  }
  if (!isMatrix(region)) return null;
  const { rows, columns } = matrixShape(region);
  return { part: { buffer }, type, stride: strideOf(columns, type), rows, columns };
}

function tensorOf(source: WeightSource, name: string): NamedTensor {
  const tensor = source.get(name);
  if (!tensor) throw new Error(`internal: there is no weight ${name}`);
  return tensor;
}

/** Halves converted at once: 32 MiB of them. */
const halvesAtOnce = 1 << 24;

function writeHalves(
  runtime: Runtime,
  buffer: GPUBuffer,
  name: string,
  data: Float32Array,
  { rows, columns, stride, row }: { rows: number; columns: number; stride: number; row: number },
): void {
  const rowsAtOnce = Math.max(1, Math.floor(halvesAtOnce / stride));
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - start);
    const halves = new Uint16Array(count * stride);
    const part = data.subarray(start * columns, (start + count) * columns);
    const { overflowed } = packHalves(part, count, columns, stride, halves);
    if (overflowed > 0) {
      throw new InputError(
        `The weight ${name} has ${overflowed} values beyond the range of fp16 (65,504). This model needs the definition engine, which computes in fp32.`,
      );
    }
    runtime.write(buffer, halves, (row + start) * stride * 2);
  }
}

async function readTensor(runtime: Runtime, all: Stored[], name: string): Promise<NamedTensor> {
  for (const { region, buffer, matrix } of all) {
    let row = 0;
    for (const tensor of region.tensors) {
      if (tensor.name === name) return { shape: tensor.shape, data: await readPart(tensor, row) };
      row += tensor.shape[0]!;
    }
    async function readPart(tensor: Region['tensors'][number], firstRow: number): Promise<Float32Array> {
      if (!matrix)
        return new Float32Array(await runtime.read(buffer, (tensor.offset - region.offset) * 4, tensor.size * 4));
      const { stride, columns, type } = matrix;
      const rows = tensor.shape[0]!;
      if (type === 'f32') return new Float32Array(await runtime.read(buffer, firstRow * stride * 4, rows * stride * 4));
      const halves = new Uint16Array(await runtime.read(buffer, firstRow * stride * 2, rows * stride * 2));
      const values = new Float32Array(rows * columns);
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) values[r * columns + c] = halfValue(halves[r * stride + c]!);
      return values;
    }
  }
  throw new Error(`internal: the model has no tensor ${name}`);
}

/** The number a half stands for. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
