/**
 * Tensors of safetensors files: reading to fp32 by slices of the file, one tensor at a time, and byte-stable writing.
 * The header's form and checks are in safetensors-header.ts; which tensors a model needs is not known here.
 */
import type { NamedTensor } from '../model/adapter-types';
import { packHalves } from '../model/fused/half';
import { InputError } from '../protocol/errors';
import { readBytes, readSafetensorsHeader, type TensorEntry } from './safetensors-header';
import { floatDtypes, toFloat32 } from './tensor-dtypes';

/**
 * One tensor of a file as fp32.
 * @throws InputError for an element type other than F32, F16 and BF16, or when the file can no longer be read.
 */
export async function readTensor(blob: Blob, entry: TensorEntry, fileName: string): Promise<NamedTensor> {
  if (!floatDtypes.has(entry.dtype)) {
    throw new InputError(
      `${fileName}: tensor "${entry.name}" is ${entry.dtype}; expected ${[...floatDtypes].join(', ')}. Quantised files are not supported.`,
    );
  }
  const bytes = await readBytes(blob, entry.start, entry.end, fileName);
  return { shape: entry.shape, data: toFloat32(bytes, entry.dtype) };
}

/**
 * All tensors of a safetensors file as fp32 (from F32, F16 or BF16), in the order of its header.
 * @param fileName named in errors
 * @throws InputError when the file is damaged or holds another element type; see readSafetensorsHeader.
 */
export async function readSafetensors(blob: Blob, fileName: string): Promise<Map<string, NamedTensor>> {
  const { entries } = await readSafetensorsHeader(blob, fileName);
  const tensors = new Map<string, NamedTensor>();
  for (const entry of entries.values()) tensors.set(entry.name, await readTensor(blob, entry, fileName));
  return tensors;
}

type WrittenDtype = 'F32' | 'F16';

/**
 * A safetensors file: names sorted, header padded by spaces to 8 bytes, as Python's safetensors writes it. The same
 * tensors give the same bytes.
 * @param dtype of the file; halves are rounded to nearest even
 * @throws InputError for a value beyond the range of fp16
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
  dtype: WrittenDtype = 'F32',
): Uint8Array<ArrayBuffer> {
  const names = [...tensors.keys()].sort();
  const header = new TextEncoder().encode(headerJson(names, tensors, metadata, dtype));
  const dataStart = 8 + Math.ceil(header.length / 8) * 8;
  const total = [...tensors.values()].reduce((sum, { data }) => sum + data.length * elementBytes[dtype], dataStart);
  const file = new Uint8Array(total);
  new DataView(file.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  file.fill(0x20, 8, dataStart);
  file.set(header, 8);
  let position = dataStart;
  for (const name of names) {
    const bytes = bytesOf(name, getTensor(tensors, name).data, dtype);
    file.set(bytes, position);
    position += bytes.length;
  }
  return file;
}

const elementBytes: Record<WrittenDtype, number> = { F32: 4, F16: 2 };

function bytesOf(name: string, data: Float32Array, dtype: WrittenDtype): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const halves = new Uint16Array(data.length);
  const { overflowed } = packHalves(data, 1, data.length, data.length, halves);
  if (overflowed > 0) {
    throw new InputError(
      `The tensor "${name}" has ${overflowed} values beyond the range of fp16 (65,504). Write it as fp32.`,
    );
  }
  return new Uint8Array(halves.buffer);
}

function headerJson(
  names: string[],
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>>,
  dtype: WrittenDtype,
): string {
  const parts = [`"__metadata__":${JSON.stringify(Object.fromEntries(Object.entries(metadata).sort()))}`];
  let position = 0;
  for (const name of names) {
    const { shape, data } = getTensor(tensors, name);
    if (shape.reduce((product, n) => product * n, 1) !== data.length) {
      throw new Error(`internal: tensor "${name}" [${shape.join(', ')}] has ${data.length} values`);
    }
    const bytes = data.length * elementBytes[dtype];
    parts.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [position, position + bytes] })}`,
    );
    position += bytes;
  }
  return `{${parts.join(',')}}`;
}

function getTensor(tensors: ReadonlyMap<string, NamedTensor>, name: string): NamedTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`internal: no tensor "${name}"`);
  return tensor;
}
