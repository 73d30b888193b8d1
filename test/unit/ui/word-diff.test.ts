/** The word diff against a brute force over all common subsequences. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/data/seeded-random';
import { splitWordsOf, wordDiff, type DiffPart } from '../../../src/ui/features/pairs/word-diff';

const text = (parts: DiffPart[]) => parts.map((part) => part.text).join('');
const shared = (parts: DiffPart[]) => parts.flatMap((part) => (part.same ? splitWordsOf(part.text) : []));

/** The longest common subsequence by trying everything. */
function bruteLength(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const [[x, ...restA], [y, ...restB]] = [a, b] as [[string, ...string[]], [string, ...string[]]];
  if (x === y) return 1 + bruteLength(restA, restB);
  return Math.max(bruteLength(restA, b), bruteLength(a, restB));
}

describe('word diff', () => {
  it('marks what differs, word by word', () => {
    expect(wordDiff('The shop opens at 9.', 'The shop closes at 9.')).toEqual({
      first: [
        { text: 'The shop ', same: true },
        { text: 'opens', same: false },
        { text: ' at 9.', same: true },
      ],
      second: [
        { text: 'The shop ', same: true },
        { text: 'closes', same: false },
        { text: ' at 9.', same: true },
      ],
    });
  });

  it('keeps every character, and marks the same longest sequence of words in both as a brute force finds', () => {
    const random = seededRandom(1, 'diff');
    const words = ['a', ' ', 'b', '.', 'ü', '\n'];
    for (let round = 0; round < 200; round++) {
      const make = () =>
        Array.from({ length: Math.floor(random() * 9) }, () => words[Math.floor(random() * words.length)] ?? '').join(
          '',
        );
      const [first, second] = [make(), make()];
      const diff = wordDiff(first, second);
      expect([text(diff.first), text(diff.second)]).toEqual([first, second]);
      expect(shared(diff.first)).toEqual(shared(diff.second));
      expect(shared(diff.first).length, JSON.stringify([first, second])).toBe(
        bruteLength(splitWordsOf(first), splitWordsOf(second)),
      );
    }
  });

  it('gives up on the middle of very long texts, and still shows what they share at both ends', () => {
    const middle = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word}${i}`).join(' ');
    const { first } = wordDiff(`Hello ${middle('x')} end`, `Hello ${middle('y')} end`);
    expect(first[0]).toEqual({ text: 'Hello ', same: true });
    expect(first.at(-1)).toEqual({ text: ' end', same: true });
    expect(first.length).toBe(3);
  });
});
