import { expect, it } from 'vitest';
import { dropReasons } from '../../../src/protocol/preference';
import { dropFigures, dropNotes } from '../../../src/rounds/drop-notes';

it('says in words why pairs were dropped, one or many, and nothing about reasons that none has', () => {
  const counts = { kept: 5, margin: 1, tie: 0, truncated: 12 };
  expect(dropNotes(counts)).toEqual([
    '1 pair dropped: margin under the minimum',
    '12 pairs dropped: fewer than two responses that end within the length limit',
  ]);
  expect(dropFigures(counts)).toEqual({ dropped_margin: 1, dropped_truncated: 12 });
});

it('has words of its own for every reason', () => {
  const notes = dropNotes(Object.fromEntries(dropReasons.map((reason) => [reason, 2])));
  expect(new Set(notes).size).toBe(dropReasons.length);
  expect(notes.join()).not.toContain('undefined');
});
