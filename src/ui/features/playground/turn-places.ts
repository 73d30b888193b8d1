/** Where a turn's answers stand, and which one is being written. Pure. */
import type { Turn } from '../../../store/playground';

/** Indices into models and answers, from left to right. */
export const placesOf = ({ answers, blind }: Pick<Turn, 'answers' | 'blind'>): number[] =>
  blind?.left === 1 ? [1, 0] : answers.map((_, i) => i);

export type AnswerProgress = { state: 'idle' | 'writing' } | { state: 'waiting'; for: number };

/**
 * @param asked the answers that the question in hand asks for, in their order; empty for none
 * @returns of the answer at `place`; answers are written one after the other
 */
export function progressOf(
  { answers }: Pick<Turn, 'answers'>,
  asked: readonly number[],
  place: number,
): AnswerProgress {
  if (!asked.includes(place) || answers[place]?.finished) return { state: 'idle' };
  const first = asked.find((one) => !answers[one]?.finished);
  return first === undefined || first === place ? { state: 'writing' } : { state: 'waiting', for: first };
}
