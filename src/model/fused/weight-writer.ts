/**
 * Writes pieces of base weights into their buffers: matrices as halves (or fp32) with padded rows, vectors in fp32. Counts
 * what the range of fp16 costs. Its scratch memory is used again for every piece, so it stays as large as the largest one.
 */
import type { Runtime } from '../../gpu/runtime';
import { InputError } from '../../protocol/errors';
import type { HalfConversion, WeightPiece } from '../weight-stream';
import { halfValue, packHalves } from './half';

/** Where a tensor lies: its rows start every `stride` elements from `row` on. Vectors have one column. */
export interface TensorPlace {
  buffer: GPUBuffer;
  row: number;
  rows: number;
  columns: number;
  stride: number;
  /** Kept as halves; fp32 else. */
  halves: boolean;
}

export interface WeightWriter {
  conversion: HalfConversion;
  /** @throws InputError at the end of a tensor with values beyond the range of fp16 */
  write(piece: WeightPiece): void;
  /** @throws Error (internal) when a tensor is not written to its end */
  requireAll(): void;
}

/** Elements converted at once: 32 MiB of halves. */
const elementsAtOnce = 1 << 24;

/** @param places by tensor name */
export function createWeightWriter(
  runtime: Pick<Runtime, 'write'>,
  places: ReadonlyMap<string, TensorPlace>,
): WeightWriter {
  const conversion = { flushed: 0, subnormal: 0 };
  const written = new Map<string, { rows: number; overflowed: number }>();
  let scratch = new ArrayBuffer(0);
  const scratchOf = (bytes: number): ArrayBuffer => {
    if (scratch.byteLength < bytes) scratch = new ArrayBuffer(bytes);
    return scratch;
  };

  /** Rows as halves; returns how many values are beyond their range. */
  function writeHalves({ buffer, columns, stride }: TensorPlace, row: number, values: WeightPiece['values']): number {
    const rows = values.length / columns;
    if (values instanceof Uint16Array && stride === columns) {
      runtime.write(buffer, values as Uint16Array<ArrayBuffer>, row * stride * 2);
      return 0;
    }
    const halves = new Uint16Array(scratchOf(rows * stride * 2), 0, rows * stride).fill(0);
    let overflowed = 0;
    if (values instanceof Uint16Array) {
      for (let r = 0; r < rows; r++) halves.set(values.subarray(r * columns, (r + 1) * columns), r * stride);
    } else {
      const losses = packHalves(values, rows, columns, stride, halves);
      conversion.flushed += losses.flushed;
      conversion.subnormal += losses.subnormal;
      overflowed = losses.overflowed;
    }
    runtime.write(buffer, halves, row * stride * 2);
    return overflowed;
  }

  function writeFloats({ buffer, stride }: TensorPlace, row: number, values: WeightPiece['values']): void {
    const floats =
      values instanceof Uint16Array
        ? fromHalves(values, new Float32Array(scratchOf(values.length * 4), 0, values.length))
        : values;
    runtime.write(buffer, floats as Float32Array<ArrayBuffer>, row * stride * 4);
  }

  return {
    conversion,
    write: ({ name, row, values }) => {
      const place = places.get(name);
      const known = written.get(name) ?? { rows: 0, overflowed: 0 };
      if (!place || known.rows !== row || values.length % place.columns !== 0)
        throw new Error(`internal: a piece of ${name} at row ${row} has no place`);
      const rowsAtOnce = Math.max(1, Math.floor(elementsAtOnce / place.stride));
      const rows = values.length / place.columns;
      for (let at = 0; at < rows; at += rowsAtOnce) {
        const part = values.subarray(at * place.columns, (at + rowsAtOnce) * place.columns);
        if (place.halves) known.overflowed += writeHalves(place, place.row + row + at, part);
        else writeFloats(place, place.row + row + at, part);
      }
      known.rows += rows;
      written.set(name, known);
      if (known.rows === place.rows && known.overflowed > 0) throw new InputError(overflowText(name, known.overflowed));
    },
    requireAll: () => {
      const missing = [...places].find(([name, { rows }]) => written.get(name)?.rows !== rows);
      if (missing) throw new Error(`internal: there is no weight ${missing[0]}, or it has other rows`);
    },
  };
}

function fromHalves(halves: Uint16Array, floats: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  for (let i = 0; i < halves.length; i++) floats[i] = halfValue(halves[i]!);
  return floats;
}

const overflowText = (name: string, count: number): string =>
  `The weight ${name} has ${count} values beyond the range of fp16 (65,504). This model needs the definition engine, which computes in fp32.`;
