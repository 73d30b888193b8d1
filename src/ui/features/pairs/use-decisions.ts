/** The decisions about the pair in view. The next pair is shown at once, while the worker writes; a failure is a notice. */
import { noVerdict, type PairDecision, type PairTexts, type PairVerdict } from '../../../protocol/pair-review';
import type { PairQuery, PairRow } from '../../../protocol/pairs';
import { useCommands, useStudio } from '../../app/studio-context';

interface DecisionOptions {
  runId: string;
  query: PairQuery;
  asOf: number;
  pair: PairRow | undefined;
  place: number;
  move: (place: number) => void;
}

export function useDecisions({ runId, query, asOf, pair, place, move }: DecisionOptions) {
  const { reviewPair, attempt } = useCommands();
  const undo = useUndo(runId, query, asOf, move);

  function write(change: Partial<PairVerdict>, next: number): void {
    if (!pair) return;
    const { round, id, verdict } = pair;
    void attempt(() => reviewPair(runId, { round, id }, { ...(verdict ?? noVerdict), ...change }));
    if (next !== place) move(next);
  }

  return {
    undo,
    decide: (decision: PairDecision) => write({ decision }, place + 1),
    flag: () => write({ flagged: !(pair?.verdict?.flagged ?? false) }, place),
    /** An edit keeps the pair unless something else was decided about it. */
    edit: (edited: PairTexts) => {
      const own = pair !== undefined && edited.chosen === pair.chosen && edited.rejected === pair.rejected;
      write(own ? { edited: null } : { edited, decision: pair?.verdict?.decision ?? 'keep' }, place);
    },
  };
}

/** Takes the last action back and goes to its pair, where that is in what the query finds. */
export function useUndo(runId: string, query: PairQuery, asOf: number | null, move: (place: number) => void) {
  const { undoReview, findPair, attempt } = useCommands();
  const notify = useStudio((state) => state.notify);
  return () =>
    void attempt(async () => {
      const undone = await undoReview(runId);
      if (!undone) return notify('info', 'There is nothing to undo.');
      if (undone.changes > 1) return notify('info', `Taken back: ${undone.changes} changes.`);
      const place = undone.pair && (await findPair(query, asOf, undone.pair));
      if (place === null) return notify('info', 'The last decision was taken back; its pair is not among those shown.');
      return move(place);
    });
}
