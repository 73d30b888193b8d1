/** Joins a component to a draw queue: it renders again when its turn has come, in a task of its own. */
import { useEffect, useReducer, useRef } from 'react';
import { flushSync } from 'react-dom';
import type { DrawQueue } from './draw-queue';

/** What is out of sight is drawn every so many times only; coming into sight draws it. */
const UNSEEN_EVERY = 8;

export function useDrawing(queue: DrawQueue, seen = true): void {
  const [, draw] = useReducer((version: number) => version + 1, 0);
  const turns = useRef(0);
  useEffect(
    () =>
      queue.add(() => {
        turns.current += 1;
        if (seen || turns.current % UNSEEN_EVERY === 0) flushSync(draw);
      }),
    [queue, seen],
  );
}
