/** Groups of sequences that begin alike: all sequences once and in order, and the most tokens shared. */
import { describe, expect, it } from 'vitest';
import { prefixGroups } from '../../../src/model/prefix-groups';

describe('groups of sequences with a common beginning', () => {
  it('joins the responses to one prompt, not prompts that share little', () => {
    const [a, b] = [
      [1, 10, 11, 12, 13],
      [1, 20, 21, 22, 23],
    ];
    const sequences = [
      [...a, 5],
      [...a, 6, 7],
      [...b, 5],
      [...b, 9],
      [...b, 8],
    ];
    expect(prefixGroups(sequences).map((group) => group.length)).toEqual([2, 3]);
    expect(prefixGroups(sequences).flat()).toEqual(sequences);
  });

  it('joins all where a long beginning is all that is shared', () => {
    const start = [1, 2, 3, 4];
    expect(
      prefixGroups([
        [...start, 5],
        [...start, 6],
        [...start, 7],
      ]).map((group) => group.length),
    ).toEqual([3]);
  });

  it('leaves what shares nothing alone', () => {
    expect(prefixGroups([[1], [2, 3], [4]])).toEqual([[[1]], [[2, 3]], [[4]]]);
    expect(prefixGroups([])).toEqual([]);
  });
});
