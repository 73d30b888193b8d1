/** Consecutive sequences that begin alike, as groups whose common part the fused engine computes once. Host only. */

function commonLength(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  let same = 0;
  while (same < length && a[same] === b[same]) same++;
  return same;
}

/**
 * Cuts the sequences into groups, in order, so that as many tokens as possible are shared: a group of n sequences with a
 * common prefix of p tokens saves (n - 1) p.
 */
export function prefixGroups<S extends readonly number[]>(sequences: readonly S[]): S[][] {
  const count = sequences.length;
  const shared = sequences.map((sequence, i) => (i === 0 ? 0 : commonLength(sequences[i - 1]!, sequence)));
  // best[end]: what the first `end` sequences save, and where their last group begins.
  const best = [{ saved: 0, from: 0 }];
  for (let end = 1; end <= count; end++) {
    let choice = { saved: best[end - 1]!.saved, from: end - 1 };
    let prefix = Infinity;
    for (let from = end - 2; from >= 0; from--) {
      prefix = Math.min(prefix, shared[from + 1]!);
      if (prefix === 0) break;
      const saved = best[from]!.saved + (end - from - 1) * prefix;
      if (saved > choice.saved) choice = { saved, from };
    }
    best.push(choice);
  }
  const groups: S[][] = [];
  for (let end = count; end > 0; end = best[end]!.from) groups.unshift(sequences.slice(best[end]!.from, end));
  return groups;
}
