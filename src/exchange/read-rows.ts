/** A tensor of a safetensors file in pieces of whole rows, for models that must never be whole in memory. */
import { releaseBytes } from '../data/release-bytes';
import { InputError } from '../protocol/errors';
import { readBytes, type TensorEntry } from './safetensors-header';
import { dtypeBytes, widenBfloat } from './tensor-dtypes';

/** Memory for converted values that is used again from piece to piece. */
export interface Scratch {
  floats(length: number): Float32Array;
}

export function createScratch(): Scratch {
  let memory = new Float32Array(0);
  return {
    floats: (length) => {
      if (memory.length < length) memory = new Float32Array(length);
      return memory.subarray(0, length);
    },
  };
}

/** Rows as fp32, or as the bits of halves where the file has F16. `row` is the first; a vector's values are its rows. */
interface Rows {
  row: number;
  values: Float32Array | Uint16Array;
}

/**
 * The rows of a tensor in order. Values are valid until the next piece is asked for.
 * @throws InputError when the file can no longer be read
 */
export async function* readRows(
  blob: Blob,
  entry: TensorEntry,
  fileName: string,
  { pieceBytes, scratch }: { pieceBytes: number; scratch: Scratch },
): AsyncGenerator<Rows> {
  const { dtype, shape, start, end } = entry;
  const rowBytes = shape.slice(1).reduce((product, n) => product * n, dtypeBytes.get(dtype) ?? 0);
  const step = Math.max(1, Math.floor(pieceBytes / rowBytes)) * rowBytes;
  for (let at = start; at < end; at += step) {
    const bytes = await readBytes(blob, at, Math.min(end, at + step), fileName);
    yield { row: (at - start) / rowBytes, values: valuesOf(bytes, entry, fileName, scratch) };
    releaseBytes(bytes);
  }
}

function valuesOf(bytes: ArrayBuffer, { dtype, name }: TensorEntry, fileName: string, scratch: Scratch) {
  if (dtype === 'F32') return new Float32Array(bytes);
  if (dtype === 'F16') return new Uint16Array(bytes);
  if (dtype !== 'BF16') throw new InputError(`${fileName}: tensor "${name}" is ${dtype}, which is not supported.`);
  const source = new Uint16Array(bytes);
  const floats = scratch.floats(source.length);
  widenBfloat(source, floats);
  return floats;
}
