/**
 * Token sequences as padded tensors for the definitions: right-padded ids [batch, length] and the rows whose hidden
 * states are read. Lengths are rounded up so that few different shapes occur. Padding is masked by position, never by id.
 */
import { dispose, fromHost, intsFromHost, type Tensor } from '../ops/tensor';

/** One sequence and the positions that are read: targets[i] is predicted from position targetFrom + i. */
export interface TargetSequence {
  ids: number[];
  /** Position of the first hidden state that is read. */
  targetFrom: number;
  /** Token ids predicted from consecutive positions; empty when only hidden states are read. */
  targets: number[];
}

/** A preference pair as token ids. */
export interface PairIds {
  promptIds: number[];
  chosenIds: number[];
  rejectedIds: number[];
}

export interface Batch {
  size: number;
  length: number;
  /** int32 [size, length] */
  ids: Tensor;
  /** Rows read for each sequence; the longest one's, rounded up. */
  rows: number;
  /** int32 [size * rows] into [size * length] hidden states. */
  rowIndex: Tensor;
  /** int32 [size * length]: which read row holds a hidden state, from 1; 0 for none. */
  inverseRowIndex: Tensor;
  /** int32 [size * rows]; 0 where masked. */
  targets: Tensor;
  /** [size, rows]: 1 for real targets. */
  mask: Tensor;
}

/** Sequence lengths come in multiples of this, so that a run has few different shapes. */
const lengthStep = 32;
const rowStep = 16;

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

/**
 * The longest sequence of `lengths`, rounded up to the next of few sizes, but at most `limit`.
 */
export function paddedLength(lengths: number[], limit: number): number {
  const longest = Math.max(...lengths);
  return Math.max(longest, Math.min(roundUp(longest, lengthStep), limit));
}

/** Prompt and response joined; the response's tokens are the targets, the first predicted from the last prompt token. */
export function responseTargets(promptIds: number[], responseIds: number[]): TargetSequence {
  return { ids: [...promptIds, ...responseIds], targetFrom: promptIds.length - 1, targets: responseIds };
}

/** A pair as one group: the chosen response, then the rejected one. */
export function pairTargets({ promptIds, chosenIds, rejectedIds }: PairIds): [TargetSequence, TargetSequence] {
  return [responseTargets(promptIds, chosenIds), responseTargets(promptIds, rejectedIds)];
}

/** All tokens but the first are targets. */
export function allTargets(promptIds: number[], responseIds: number[]): TargetSequence {
  const ids = [...promptIds, ...responseIds];
  return { ids, targetFrom: 0, targets: ids.slice(1) };
}

/** Only the hidden state of the last token is read. */
export function lastTokenOnly(ids: number[]): TargetSequence {
  return { ids, targetFrom: ids.length - 1, targets: [] };
}

/** Puts `sequences` on the GPU. `contextLength` bounds the padded length; the caller disposes by disposeBatch(). */
export function createBatch(sequences: TargetSequence[], contextLength: number): Batch {
  const size = sequences.length;
  const length = paddedLength(
    sequences.map(({ ids }) => ids.length),
    contextLength,
  );
  const longest = Math.max(...sequences.map(({ targets }) => targets.length), 1);
  const rows = longest === 1 ? 1 : Math.min(roundUp(longest, rowStep), length);
  const ids = new Int32Array(size * length);
  const rowIndex = new Int32Array(size * rows);
  const inverse = new Int32Array(size * length);
  const targets = new Int32Array(size * rows);
  const mask = new Float32Array(size * rows);
  sequences.forEach((sequence, b) => {
    if (sequence.targetFrom < 0) throw new Error('internal: a sequence without a prompt token has no first prediction');
    ids.set(sequence.ids, b * length);
    targets.set(sequence.targets, b * rows);
    mask.fill(1, b * rows, b * rows + sequence.targets.length);
    const read = Math.max(sequence.targets.length, 1);
    for (let row = 0; row < rows; row++) {
      const position = b * length + sequence.targetFrom + Math.min(row, read - 1);
      rowIndex[b * rows + row] = position;
      if (row < read) inverse[position] = b * rows + row + 1;
    }
  });
  return {
    size,
    length,
    rows,
    ids: intsFromHost(ids, [size, length]),
    rowIndex: intsFromHost(rowIndex, [size * rows]),
    inverseRowIndex: intsFromHost(inverse, [size * length]),
    targets: intsFromHost(targets, [size * rows]),
    mask: fromHost(mask, [size, rows]),
  };
}

export function disposeBatch({ ids, rowIndex, inverseRowIndex, targets, mask }: Batch): void {
  dispose([ids, rowIndex, inverseRowIndex, targets, mask]);
}
