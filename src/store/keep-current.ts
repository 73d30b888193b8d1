/**
 * Keeps an answer of a worker that of the present choice: asks when the choice has settled, and lets only the answer to the newest
 * question count. Leaves out what is asked.
 */
import { errorShapeOf } from '../client/remote-error';
import type { StudioStore, StudioStoreState } from './studio-store';

/** An answer, or why there is none. */
export interface Known<Answer> {
  plan: Answer | null;
  problem: string | null;
}

/** A person who types a number changes the recipe several times in a moment. */
const settleMs = 200;

type Complete<Choice extends readonly unknown[]> = { [K in keyof Choice]: NonNullable<Choice[K]> };

export interface Question<Choice extends readonly unknown[], Answer> {
  /** What the question is about; nothing is asked while a part of it is null. Compared by identity. */
  of(state: StudioStoreState): Choice;
  ask(...choice: Complete<Choice>): Promise<Answer>;
  /** null while there is nothing to ask, or the answer is under way. */
  set(known: Known<Answer> | null): void;
}

/** @returns what stops it */
export function keepCurrent<const Choice extends readonly unknown[], Answer>(
  store: StudioStore,
  { of, ask, set }: Question<Choice, Answer>,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const answer = async (choice: Complete<Choice>) => {
    const own = ++asked;
    const known = await ask(...choice).then(
      (plan) => ({ plan, problem: null }),
      (error: unknown) => ({ plan: null, problem: errorShapeOf(error).message }),
    );
    if (own === asked) set(known);
  };
  const stop = store.subscribe((state, before) => {
    const choice = of(state);
    const choiceBefore = of(before);
    if (choice.every((part, i) => part === choiceBefore[i])) return;
    clearTimeout(timer);
    asked++;
    set(null);
    if (isComplete(choice)) timer = setTimeout(() => void answer(choice), settleMs);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

const isComplete = <Choice extends readonly unknown[]>(choice: Choice | Complete<Choice>): choice is Complete<Choice> =>
  choice.every((part) => part !== null);
