/** The DPO step: one pair, forward, backward and AdamW. Also what compares settings of our own engine by that step. */
import type { BenchModel, DpoContender, ReferencedPair } from '../contender';
import { requireSameSteps, type FirstSteps } from '../support/agreement';
import { processorSecondsOf, secondsOf, spreadOf } from '../support/paired';
import type { BenchRow, Goal } from '../support/report';
import { compare, type Entry } from './compare';

export interface DpoRun {
  model: BenchModel;
  pairs: readonly ReferencedPair[];
  /** The first that can run is the base. */
  contenders: readonly DpoContender[];
  runs: number;
  section?: string;
  goal?: Goal;
  /** How alike the first steps must be. @throws Error when they are not */
  agree?: (name: string, steps: FirstSteps, base: FirstSteps) => void;
}

export function dpoSection(run: DpoRun): AsyncGenerator<BenchRow> {
  const { model, pairs, contenders, runs, section = 'dpo', goal, agree = requireSameSteps } = run;
  return compare({
    section,
    what: `${pairs.length} pair ${pairSize(pairs[0]!)}`,
    unit: 's',
    runs,
    entries: contenders.map((contender) => dpoEntry(contender, model, pairs)),
    agree,
    ...(goal && { goal }),
  });
}

/** "128 + 2 x 64": tokens of the prompt and of each response. */
export const pairSize = ({ promptIds, chosenIds }: ReferencedPair): string =>
  `${promptIds.length} + 2 x ${chosenIds.length}`;

export function dpoEntry(
  contender: DpoContender,
  model: BenchModel,
  pairs: readonly ReferencedPair[],
): Entry<FirstSteps> {
  let figures: Record<string, number> = {};
  const processor: number[] = [];
  return {
    name: contender.name,
    prepare: async () => {
      await contender.prepare(model, pairs);
      // The first step also compiles; it is not timed.
      const first = await contender.step();
      const gradientNorm = contender.gradientNorm();
      const losses = [first, await contender.step()] as const;
      figures = { 'first loss': first, 'gradient norm': gradientNorm };
      return { losses, gradientNorm };
    },
    run: () => secondsOf(async () => processor.push(await processorSecondsOf(() => contender.step()))),
    counts: () => contender.counts(),
    more: () => (processor.length === 0 ? figures : { ...figures, 'processor s': spreadOf(processor).median }),
    dispose: () => contender.dispose(),
  };
}
