/** A dataset as a run reads it: all keys for the split, and the texts of chosen items only. Leaves out where they are kept. */
import type { DatasetItem, DatasetKind, SplitKey } from '../protocol/dataset';
import type { PreferencePair } from '../protocol/preference';
import { promptKey } from './split-key';

export interface DatasetSource {
  /** Content hash of the items. */
  id: string;
  kind: DatasetKind;
  keys(): Promise<SplitKey[]>;
  /** Reads the items at `positions`; `visit` gets each with its index in `positions`, in any order. */
  read(positions: readonly number[], visit: (item: DatasetItem, index: number) => void): Promise<void>;
}

/** A preference dataset that is in memory as a whole. */
export function memoryDataset(id: string, pairs: readonly PreferencePair[]): DatasetSource {
  return {
    id,
    kind: 'preference',
    keys: () =>
      Promise.all(pairs.map(async (pair) => ({ id: pair.id, prompt: await promptKey(pair.prompt), heldOut: false }))),
    read: async (positions, visit) => positions.forEach((position, index) => visit(pairs[position]!, index)),
  };
}

/** The items at `positions`, in their order. */
export async function readItems(source: DatasetSource, positions: readonly number[]): Promise<DatasetItem[]> {
  const items: DatasetItem[] = Array.from({ length: positions.length });
  await source.read(positions, (item, index) => (items[index] = item));
  return items;
}
