/** Time spent and time left of one stage, from its own speed. Pauses do not count: the clock given is the run gate's. */

export interface Progress {
  done: number;
  total: number;
  seconds: number;
  /** null until two units are done. */
  secondsLeft: number | null;
}

export interface ProgressMeter {
  /** Sets the number of units; units done before this session (a resumed stage) do not enter the speed. */
  begin(total: number, alreadyDone: number): void;
  update(done: number): void;
  read(): Progress;
}

/** @param workedMs a clock that stands still in pauses */
export function progressMeter(workedMs: () => number): ProgressMeter {
  const startMs = workedMs();
  let beginMs = startMs;
  let before = 0;
  let done = 0;
  let total = 0;
  return {
    begin: (newTotal, alreadyDone) => {
      beginMs = workedMs();
      before = alreadyDone;
      done = alreadyDone;
      total = newTotal;
    },
    update: (newDone) => {
      done = newDone;
    },
    read: () => {
      const own = done - before;
      const spent = (workedMs() - beginMs) / 1000;
      const secondsLeft = own < 2 ? null : (spent / own) * Math.max(0, total - done);
      return { done, total, seconds: (workedMs() - startMs) / 1000, secondsLeft };
    },
  };
}
