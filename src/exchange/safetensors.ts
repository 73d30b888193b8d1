/**
 * Tensors of safetensors files: reading to fp32 by slices of the file, one tensor at a time, and byte-stable writing.
 * The header's form and checks are in safetensors-header.ts; which tensors a model needs is not known here.
 */
import type { NamedTensor } from '../model/adapter-types';
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

/**
 * A safetensors file of fp32 tensors: names sorted, header padded by spaces to 8 bytes, as Python's safetensors writes
 * it. The same tensors give the same bytes.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Uint8Array<ArrayBuffer> {
  const names = [...tensors.keys()].sort();
  const header = new TextEncoder().encode(headerJson(names, tensors, metadata));
  const dataStart = 8 + Math.ceil(header.length / 8) * 8;
  const total = [...tensors.values()].reduce((sum, tensor) => sum + tensor.data.byteLength, dataStart);
  const file = new Uint8Array(total);
  new DataView(file.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  file.fill(0x20, 8, dataStart);
  file.set(header, 8);
  let position = dataStart;
  for (const name of names) {
    const { data } = getTensor(tensors, name);
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

function headerJson(
  names: string[],
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>>,
): string {
  const parts = [`"__metadata__":${JSON.stringify(Object.fromEntries(Object.entries(metadata).sort()))}`];
  let position = 0;
  for (const name of names) {
    const { shape, data } = getTensor(tensors, name);
    if (shape.reduce((product, n) => product * n, 1) !== data.length) {
      throw new Error(`internal: tensor "${name}" [${shape.join(', ')}] has ${data.length} values`);
    }
    const entry = { dtype: 'F32', shape, data_offsets: [position, position + data.byteLength] };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    position += data.byteLength;
  }
  return `{${parts.join(',')}}`;
}

function getTensor(tensors: ReadonlyMap<string, NamedTensor>, name: string): NamedTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`internal: no tensor "${name}"`);
  return tensor;
}
