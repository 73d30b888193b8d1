/** Whether two answers can become a pair. Pure. */
import type { Turn } from '../../../store/playground';

/** Why the answers of a turn cannot be voted on; null where they can. */
export function voteProblem({ answers }: Pick<Turn, 'answers'>): string | null {
  const finished = answers.flatMap(({ finished: answer }) => answer ?? []);
  if (finished.length < 2) return 'No vote: a response is missing.';
  if (finished.some(({ stopped }) => stopped)) return 'No vote: a response was stopped.';
  if (finished.some(({ ended }) => !ended))
    return 'No vote: a response was cut at the length limit, and training would learn to stop there. Raise “Longest response” and ask again.';
  if (finished.some(({ cut }) => cut))
    return 'No vote: the beginning of the conversation did not fit. Start a new conversation.';
  const [left, right] = finished.map(({ text }) => text.trim());
  if (left === '' || right === '') return 'No vote: a response is empty.';
  return left === right ? 'No vote: both responses are the same. Ask again, or choose a higher temperature.' : null;
}
