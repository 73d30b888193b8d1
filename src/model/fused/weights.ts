/**
 * The frozen base weights on the GPU: matrices as halves (or fp32), rows padded to a stride, vectors in fp32; one buffer
 * a region. Weights come from the host or as a stream of pieces; how a piece is written is in weight-writer.ts.
 */
import type { BufferPart, WeightType } from '../../gpu/kernel';
import type { Runtime } from '../../gpu/runtime';
import type { NamedTensor } from '../adapter-types';
import type { ModelConfig } from '../config';
import type { HalfConversion, WeightStream } from '../weight-stream';
import { halfValue } from './half';
import { weightLayout, type Region } from './layout';
import { createWeightWriter, type TensorPlace } from './weight-writer';

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
  /** What the conversion to fp16 cost so far. */
  conversion: Readonly<HalfConversion>;
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

/** Puts weights that are on the host on the GPU. @throws InputError for a weight beyond the range of fp16 */
export function uploadBase(runtime: Runtime, config: ModelConfig, source: WeightSource, type: WeightType): BaseWeights {
  const { base, regions, writer } = openBase(runtime, config, type);
  try {
    for (const { tensors } of regions)
      for (const { name } of tensors) writer.write({ name, row: 0, values: tensorOf(source, name).data });
    writer.requireAll();
  } catch (error) {
    base.dispose();
    throw error;
  }
  return base;
}

/** Bytes that are handed to the GPU before it is waited for: what it has not taken yet lies in memory somewhere. */
const bytesInFlight = 1 << 26;

/**
 * Puts weights on the GPU as they arrive.
 * @throws InputError for a weight beyond the range of fp16, or what the stream throws; nothing is left on the GPU then
 */
export async function streamBase(
  runtime: Runtime,
  config: ModelConfig,
  stream: WeightStream,
  type: WeightType,
): Promise<BaseWeights> {
  const { base, writer } = openBase(runtime, config, type);
  try {
    let waiting = 0;
    for await (const piece of stream) {
      writer.write(piece);
      waiting += piece.values.byteLength;
      if (waiting < bytesInFlight) continue;
      await runtime.finish();
      waiting = 0;
    }
    writer.requireAll();
    await runtime.finish();
  } catch (error) {
    base.dispose();
    throw error;
  }
  return base;
}

function openBase(runtime: Runtime, config: ModelConfig, type: WeightType) {
  const stored = new Map<string, Stored>();
  const dispose = () => {
    for (const { buffer } of stored.values()) runtime.destroyBuffer(buffer);
    stored.clear();
  };
  try {
    for (const region of weightLayout(config).regions.values()) {
      const buffer = runtime.createBuffer('weights', region.key, regionBytes(region, type));
      stored.set(region.key, { region, buffer, matrix: isMatrix(region) ? matrixOf(region, buffer, type) : null });
    }
  } catch (error) {
    dispose();
    throw error;
  }
  const find = (key: string): Stored => {
    const found = stored.get(key);
    if (!found) throw new Error(`internal: the model has no weight region ${key}`);
    return found;
  };
  const writer = createWeightWriter(runtime, placesOf(stored.values()));
  const base: BaseWeights = {
    type,
    conversion: writer.conversion,
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
    dispose,
  };
  return { base, regions: [...stored.values()].map(({ region }) => region), writer };
}

function matrixOf(region: Region, buffer: GPUBuffer, type: WeightType): Matrix {
  const { rows, columns } = matrixShape(region);
  return { part: { buffer }, type, stride: strideOf(columns, type), rows, columns };
}

function placesOf(stored: Iterable<Stored>): Map<string, TensorPlace> {
  const places = new Map<string, TensorPlace>();
  for (const { region, buffer, matrix } of stored) {
    let row = 0;
    for (const { name, shape, size, offset } of region.tensors) {
      const rows = shape[0]!;
      const place = matrix
        ? { columns: matrix.columns, stride: matrix.stride, row, rows, halves: matrix.type !== 'f32' }
        : { columns: 1, stride: 1, row: offset - region.offset, rows: size, halves: false };
      places.set(name, { buffer, ...place });
      row += rows;
    }
  }
  return places;
}

function tensorOf(source: WeightSource, name: string): NamedTensor {
  const tensor = source.get(name);
  if (!tensor) throw new Error(`internal: there is no weight ${name}`);
  return tensor;
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
