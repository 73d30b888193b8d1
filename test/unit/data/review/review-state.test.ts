/** The log of reviews folded to what stands, and pairs with their verdicts as lines of an export. */
import { describe, expect, it } from 'vitest';
import { exportLine, type ExportedPair } from '../../../../src/data/review/export-line';
import { emptyReviewState, foldReviews, standingVotes, undoChanges } from '../../../../src/data/review/review-state';
import { noVerdict, type PairVerdict, type ReviewAction } from '../../../../src/protocol/pair-review';

const verdict = (change: Partial<PairVerdict>): PairVerdict => ({ ...noVerdict, ...change });
const action = (sequence: number, change: Partial<ReviewAction>): ReviewAction => ({
  runId: 'r',
  sequence,
  at: 1,
  who: 'person',
  how: 'review',
  changes: [],
  vote: null,
  added: null,
  undoes: null,
  ...change,
});

const keepA = { round: 1, id: 'a', verdict: verdict({ decision: 'keep' }), previous: null };
const flipA = { ...keepA, verdict: verdict({ decision: 'flip' }), previous: keepA.verdict };
const log = [action(1, { changes: [keepA] }), action(2, { changes: [flipA] })];

describe('the log', () => {
  it('gives the last verdict of each pair, the same id in another round being another pair', () => {
    const other = action(3, { changes: [{ ...keepA, round: 0, verdict: verdict({ decision: 'drop' }) }] });
    const state = foldReviews(emptyReviewState(), [...log, other]);
    expect([...state.verdicts].map(([key, standing]) => [key, standing.verdict.decision])).toEqual([
      ['1:a', 'flip'],
      ['0:a', 'drop'],
    ]);
    expect(state.sequence).toBe(3);
  });

  it('is undone step by step, to the beginning', () => {
    const state = foldReviews(emptyReviewState(), log);
    const undo = (sequence: number) => {
      const last = state.undoable.at(-1);
      if (!last) throw new Error('nothing to undo');
      foldReviews(state, [action(sequence, { how: 'undo', changes: undoChanges(last), undoes: last.sequence })]);
    };
    undo(3);
    expect(state.verdicts.get('1:a')?.verdict.decision).toBe('keep');
    undo(4);
    expect(state.verdicts.size).toBe(0);
    expect(state.undoable).toEqual([]);
  });

  it('counts the latest blind vote of a pair, and the one before when that is undone', () => {
    const vote = (sequence: number, better: 'left' | 'right') =>
      action(sequence, { how: 'blind', vote: { round: 1, id: 'a', left: 'chosen', better } });
    const state = foldReviews(emptyReviewState(), [vote(1, 'left'), vote(2, 'right')]);
    expect(standingVotes(state).map(({ better }) => better)).toEqual(['right']);
    foldReviews(state, [action(3, { how: 'undo', undoes: 2 })]);
    expect(standingVotes(state).map(({ better }) => better)).toEqual(['left']);
  });
});

describe('a line of the export', () => {
  const pair: ExportedPair = { prompt: 'p', chosen: ' good', rejected: ' bad', use: 'kept', verdict: null };
  const line = (change: Partial<ExportedPair>) => {
    const text = exportLine({ ...pair, ...change });
    expect(text === null || text.endsWith('}\n')).toBe(true);
    return text === null ? null : (JSON.parse(text) as unknown);
  };

  it('has the texts as decided', () => {
    expect(line({})).toEqual({ prompt: 'p', chosen: ' good', rejected: ' bad' });
    expect(line({ verdict: verdict({ decision: 'flip' }) })).toEqual({
      prompt: 'p',
      chosen: ' bad',
      rejected: ' good',
    });
    const edited = { chosen: ' better', rejected: ' bad' };
    expect(line({ verdict: verdict({ decision: 'keep', edited }) })).toEqual({ prompt: 'p', ...edited });
    expect(line({ verdict: verdict({ decision: 'flip', edited }) })).toMatchObject({
      chosen: ' bad',
      rejected: ' better',
    });
  });

  it('leaves out what training leaves out, unless it is kept', () => {
    for (const decision of ['tie', 'drop'] as const) expect(line({ verdict: verdict({ decision }) })).toBeNull();
    expect(line({ use: 'margin' })).toBeNull();
    expect(line({ use: 'margin', verdict: verdict({ flagged: true }) })).toBeNull();
    expect(line({ use: 'margin', verdict: verdict({ decision: 'keep' }) })).not.toBeNull();
    expect(line({ rejected: ' good', use: 'identical', verdict: verdict({ decision: 'keep' }) })).toBeNull();
  });

  it('has messages where the prompt has', () => {
    const prompt = [{ role: 'user' as const, content: 'q' }];
    expect(line({ prompt })).toEqual({
      prompt,
      chosen: [{ role: 'assistant', content: 'good' }],
      rejected: [{ role: 'assistant', content: 'bad' }],
    });
  });
});
