/**
 * Token sequences as one flat token axis without padding: sequences of a group share the computation of their longest
 * common prefix, and each goes on as a branch that attends to the prefix and to itself. Host arrays only.
 */
import type { TargetSequence } from '../batch';

export interface FlatBatch {
  /** Number of tokens T. */
  tokens: number;
  /** Number of rows read R. */
  rows: number;
  /** Number of sequences S. */
  sequences: number;
  /** [T] token ids. */
  ids: Uint32Array<ArrayBuffer>;
  /** [T] positions inside the sequence. */
  positions: Uint32Array<ArrayBuffer>;
  /** [T, 4]: prefixStart, prefixEnd, ownStart, end; see src/kernels/attention/spans.ts. */
  spans: Uint32Array<ArrayBuffer>;
  /** [R] token whose final state is read. */
  rowTokens: Uint32Array<ArrayBuffer>;
  /** [R] target ids; 0 for rows that are read for their hidden state. */
  targets: Uint32Array<ArrayBuffer>;
  /** [R] sequence of a row; rows of a sequence are contiguous. */
  rowSequence: Uint32Array<ArrayBuffer>;
  /** [S + 1] first row of each sequence. */
  rowStart: Uint32Array<ArrayBuffer>;
  /** Longest sequence, in tokens. */
  longest: number;
}

/** Tokens that the sequences of `group` have in common at their beginning. */
export function commonPrefix(group: readonly TargetSequence[]): number {
  const [first, ...others] = group;
  if (!first || others.length === 0) return 0;
  let length = Math.min(...group.map(({ ids }) => ids.length));
  for (const { ids } of others) {
    let same = 0;
    while (same < length && ids[same] === first.ids[same]) same++;
    length = same;
  }
  return length;
}

/**
 * Lays the groups out one after the other: prefix, then the branches.
 * @param share false computes every sequence on its own, as a padded batch would; for comparison
 */
export function layOutFlat(groups: readonly (readonly TargetSequence[])[], share = true): FlatBatch {
  const laid = share ? groups : groups.flat().map((sequence) => [sequence]);
  const ids: number[] = [];
  const positions: number[] = [];
  const spans: number[] = [];
  const rowTokens: number[] = [];
  const targets: number[] = [];
  const rowSequence: number[] = [];
  const rowStart = [0];
  let longest = 0;
  const append = (from: readonly number[], firstPosition: number, prefix: [number, number], end: number) => {
    const ownStart = ids.length;
    from.forEach((id, i) => {
      ids.push(id);
      positions.push(firstPosition + i);
      spans.push(...prefix, ownStart, end);
    });
  };
  for (const group of laid) {
    const prefix = commonPrefix(group);
    const start = ids.length;
    const branchTokens = group.reduce((sum, sequence) => sum + sequence.ids.length - prefix, 0);
    append(group[0]!.ids.slice(0, prefix), 0, [start, start], start + prefix + branchTokens);
    for (const sequence of group) {
      const branchStart = ids.length;
      const own = sequence.ids.slice(prefix);
      append(own, prefix, [start, start + prefix], branchStart + own.length);
      longest = Math.max(longest, sequence.ids.length);
      const read = Math.max(sequence.targets.length, 1);
      for (let i = 0; i < read; i++) {
        const position = sequence.targetFrom + i;
        if (position < 0 || position >= sequence.ids.length)
          throw new Error('internal: a sequence without a prompt token has no first prediction');
        rowTokens.push(position < prefix ? start + position : branchStart + position - prefix);
        targets.push(sequence.targets[i] ?? 0);
        rowSequence.push(rowStart.length - 1);
      }
      rowStart.push(rowTokens.length);
    }
  }
  return {
    tokens: ids.length,
    rows: rowTokens.length,
    sequences: rowStart.length - 1,
    ids: Uint32Array.from(ids),
    positions: Uint32Array.from(positions),
    spans: Uint32Array.from(spans),
    rowTokens: Uint32Array.from(rowTokens),
    targets: Uint32Array.from(targets),
    rowSequence: Uint32Array.from(rowSequence),
    rowStart: Uint32Array.from(rowStart),
    longest,
  };
}

/** Token capacities of the arena. */
const smallestBucket = 64;

/** The smallest capacity that holds `tokens`: powers of two and their halves between (64, 96, 128, 192, 256, 384, ...). */
export function tokenBucket(tokens: number): number {
  let bucket = smallestBucket;
  while (bucket < tokens) bucket = Number.isInteger(Math.log2(bucket)) ? bucket * 1.5 : (bucket / 3) * 4;
  return bucket;
}
