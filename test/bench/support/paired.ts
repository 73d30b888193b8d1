/**
 * Paired timing: A then B in turn, so that what the machine does besides slows both alike, and the ratio of each pair.
 * Leaves out what is timed.
 */

/** Of several runs. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface PairedRuns {
  readonly a: Spread;
  readonly b: Spread;
  /** Of a/b, pair by pair. */
  readonly ratio: Spread;
  readonly runs: number;
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('internal: no runs');
  const sorted = values.toSorted((x, y) => x - y);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/** Runs a and b in turn, `runs` times each; both return their figure. Warm up before. */
export async function pairedRuns(
  runs: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<PairedRuns> {
  const [ofA, ofB]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    ofA.push(await a());
    ofB.push(await b());
  }
  return { a: spreadOf(ofA), b: spreadOf(ofB), ratio: spreadOf(ofA.map((value, i) => value / ofB[i]!)), runs };
}

/** Seconds that `work` takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/**
 * Seconds of processor time that `work` takes, on all of this process's threads: what a software adapter computes is in it,
 * and what else the machine does is not.
 */
export async function processorSecondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
