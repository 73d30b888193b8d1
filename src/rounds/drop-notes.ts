/** What the filters dropped, in words for the notes of a stage. */
import { dropReasons, type DropReason } from '../protocol/preference';

const why: Readonly<Record<DropReason, string>> = {
  empty: 'fewer than two responses with any text',
  identical: 'all responses the same',
  'near-identical': 'responses nearly the same',
  tie: 'equal rewards',
  margin: 'margin under the minimum',
  truncated: 'fewer than two responses that end within the length limit',
  unsafe: 'no safe response that is better than another',
  'too-long': 'longer than the maximal length',
  'prompt-mismatch': 'responses to different prompts',
};

/** { margin: 1 } -> ['1 pair dropped: margin under the minimum']; nothing for reasons that no pair has. */
export function dropNotes(counts: Readonly<Partial<Record<DropReason, number>>>): string[] {
  return dropped(counts).map(([reason, count]) => `${count} ${count === 1 ? 'pair' : 'pairs'} dropped: ${why[reason]}`);
}

/** As figures of the stage's summary: { dropped_margin: 1 }. */
export const dropFigures = (counts: Readonly<Partial<Record<DropReason, number>>>): Record<string, number> =>
  Object.fromEntries(dropped(counts).map(([reason, count]) => [`dropped_${reason}`, count]));

function dropped(counts: Readonly<Partial<Record<DropReason, number>>>): [DropReason, number][] {
  return dropReasons.flatMap((reason): [DropReason, number][] => {
    const count = counts[reason] ?? 0;
    return count > 0 ? [[reason, count]] : [];
  });
}
