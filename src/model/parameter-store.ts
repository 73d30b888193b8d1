/**
 * A set of trainable tensors as one flat fp32 vector on the GPU, with views by name. Saving reads one vector, switching
 * swaps one, the optimiser sees one. Leaves out what the tensors mean.
 */
import type { NamedTensor } from './adapter-types';
import { concat, dispose, fromHost, keep, reshape, slice, tidy, toHost, type Tensor } from '../ops/tensor';

/** Where a tensor lies in the flat vector. `transposed`: stored [in, out] on the GPU, [out, in] on the host. */
export interface Slot {
  name: string;
  /** Shape on the GPU. */
  shape: number[];
  offset: number;
  size: number;
  transposed: boolean;
}

export interface ParameterStore {
  slots: readonly Slot[];
  size: number;
  /** The flat vector [size]; owned by the store. */
  flat(): Tensor;
  /** Views by name; owned by the store and valid until the next assign(). */
  views(): ReadonlyMap<string, Tensor>;
  /** Takes over `flat` [size] as the new values. */
  assign(flat: Tensor): void;
  /** Joins gradients by name, in slot order, to one vector [size]; missing names are an internal error. */
  flatten(byName: ReadonlyMap<string, Tensor>): Tensor;
  /** The values on the host, in host shapes. */
  read(): Promise<Map<string, NamedTensor>>;
  dispose(): void;
}

/** Row-major transposition of [rows, columns]. */
export function transposeHost(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}

function layOut(tensors: ReadonlyMap<string, NamedTensor>, transposed: (name: string) => boolean): Slot[] {
  let offset = 0;
  return [...tensors].map(([name, { shape, data }]) => {
    const flip = transposed(name);
    const slot = { name, shape: flip ? shape.toReversed() : shape, offset, size: data.length, transposed: flip };
    offset += data.length;
    return slot;
  });
}

/** Puts `tensors` on the GPU. Those for which `transposed(name)` holds are kept [in, out] there. */
export function createParameterStore(
  tensors: ReadonlyMap<string, NamedTensor>,
  transposed: (name: string) => boolean = () => false,
): ParameterStore {
  const slots = layOut(tensors, transposed);
  const size = slots.reduce((sum, slot) => sum + slot.size, 0);
  let flat = upload(tensors, slots, size);
  let views: Map<string, Tensor> | null = null;
  const dropViews = () => {
    if (views) dispose([...views.values()]);
    views = null;
  };
  return {
    slots,
    size,
    flat: () => flat,
    views: () =>
      (views ??= new Map(
        slots.map(({ name, offset, size: length, shape }) => [
          name,
          keep(tidy(() => reshape(slice(flat, offset, length), shape))),
        ]),
      )),
    assign: (next) => {
      dropViews();
      flat.dispose();
      flat = keep(next);
    },
    flatten: (byName) =>
      tidy(() => {
        const parts = slots.map(({ name, size: length }) => {
          const part = byName.get(name);
          if (!part) throw new Error(`internal: no gradient for ${name}`);
          return reshape(part, [length]);
        });
        return concat(parts);
      }),
    read: async () => split(await toHost(flat), slots),
    dispose: () => {
      dropViews();
      flat.dispose();
    },
  };
}

function upload(tensors: ReadonlyMap<string, NamedTensor>, slots: readonly Slot[], size: number): Tensor {
  const values = new Float32Array(size);
  for (const { name, offset, shape, transposed } of slots) {
    const { data } = tensors.get(name)!;
    values.set(transposed ? transposeHost(data, shape[1]!, shape[0]!) : data, offset);
  }
  return keep(fromHost(values, [size]));
}

function split(values: Float32Array, slots: readonly Slot[]): Map<string, NamedTensor> {
  return new Map(
    slots.map(({ name, shape, offset, size, transposed }) => {
      const part = values.slice(offset, offset + size);
      return transposed
        ? [name, { shape: shape.toReversed(), data: transposeHost(part, shape[0]!, shape[1]!) }]
        : [name, { shape, data: part }];
    }),
  );
}
