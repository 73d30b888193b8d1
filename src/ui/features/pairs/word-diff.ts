/** Word by word, what two texts share and where they differ: the longest common subsequence of words, spaces and signs. */

export interface DiffPart {
  text: string;
  /** In both texts. */
  same: boolean;
}

export interface WordDiff {
  first: DiffPart[];
  second: DiffPart[];
}

/** More products of words than this are not compared: what lies between a shared beginning and end then counts as different. */
const MOST_CELLS = 4_000_000;

/** Words, runs of white space, and single signs; joined they are the text again. */
export const splitWordsOf = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

export function wordDiff(first: string, second: string): WordDiff {
  const [a, b] = [splitWordsOf(first), splitWordsOf(second)];
  const shortest = Math.min(a.length, b.length);
  let start = 0;
  while (start < shortest && a[start] === b[start]) start++;
  let end = 0;
  while (end < shortest - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = commonWords(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const marks = (words: string[], shared: Set<number>) =>
    joined(words, (i) => i < start || i >= words.length - end || shared.has(i - start));
  return { first: marks(a, middle.first), second: marks(b, middle.second) };
}

/** The positions of a longest common subsequence in both lists. */
function commonWords(a: readonly string[], b: readonly string[]): { first: Set<number>; second: Set<number> } {
  const found = { first: new Set<number>(), second: new Set<number>() };
  if (a.length * b.length > MOST_CELLS) return found;
  const width = b.length + 1;
  // lengths[i][j]: of the common subsequence of a from i on and b from j on.
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      found.first.add(i++);
      found.second.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return found;
}

/** Neighbours of one kind become one part. */
function joined(words: readonly string[], isSame: (index: number) => boolean): DiffPart[] {
  const parts: DiffPart[] = [];
  words.forEach((text, i) => {
    const same = isSame(i);
    const last = parts.at(-1);
    if (last?.same === same) last.text += text;
    else parts.push({ text, same });
  });
  return parts;
}
