/**
 * Which rows go to the same place, worked out on the host: the lists by which a kernel sums rows in a fixed order
 * without atomics.
 */

/** Row lists by target: target ids[i], or i where there are no ids, gets the rows members[starts[i] .. starts[i + 1]). */
export interface RowGroups {
  starts: Uint32Array<ArrayBuffer>;
  /** Rows in ascending order within a target. */
  members: Uint32Array<ArrayBuffer>;
}

/** Lists for every target 0 .. count - 1; targets without rows have empty ones. */
export function groupAllTargets(targets: ArrayLike<number>, count: number): RowGroups {
  const starts = new Uint32Array(count + 1);
  for (let row = 0; row < targets.length; row++) {
    if (!(targets[row]! < count)) throw new Error(`internal: row ${row} goes to ${targets[row]} of ${count}`);
    starts[targets[row]! + 1]!++;
  }
  for (let i = 0; i < count; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const members = new Uint32Array(targets.length);
  for (let row = 0; row < targets.length; row++) members[next[targets[row]!]!++] = row;
  return { starts, members };
}

/**
 * Lists for the targets that occur, in ascending order of id.
 * @param skip a target that gets nothing (a padding token whose embedding is not trained)
 */
export function groupTargets(targets: ArrayLike<number>, skip?: number): RowGroups & { ids: Uint32Array<ArrayBuffer> } {
  const rows = Array.from({ length: targets.length }, (_, row) => row)
    .filter((row) => targets[row] !== skip)
    .sort((a, b) => targets[a]! - targets[b]! || a - b);
  const begins = rows.flatMap((row, i) => (i === 0 || targets[row] !== targets[rows[i - 1]!] ? [i] : []));
  return {
    ids: Uint32Array.from(begins, (begin) => targets[rows[begin]!]!),
    starts: Uint32Array.from([...begins, rows.length]),
    members: Uint32Array.from(rows),
  };
}
