/** The DPO step: one pair, forward, backward and AdamW. */
import type { BenchModel, DpoContender, ReferencedPair } from '../contender';
import { requireSameSteps, type FirstSteps } from '../support/agreement';
import { secondsOf } from '../support/paired';
import type { BenchRow } from '../support/report';
import { compare, type Entry } from './compare';

export interface DpoRun {
  model: BenchModel;
  pairs: readonly ReferencedPair[];
  /** The first that can run is the base. */
  contenders: readonly DpoContender[];
  runs: number;
}

export function dpoSection({ model, pairs, contenders, runs }: DpoRun): AsyncGenerator<BenchRow> {
  const { promptIds, chosenIds } = pairs[0]!;
  return compare({
    section: 'dpo',
    what: `${pairs.length} pair ${promptIds.length} + 2 x ${chosenIds.length}`,
    unit: 's',
    runs,
    entries: contenders.map((contender) => entryOf(contender, model, pairs)),
    agree: requireSameSteps,
  });
}

function entryOf(contender: DpoContender, model: BenchModel, pairs: readonly ReferencedPair[]): Entry<FirstSteps> {
  let figures: Record<string, number> = {};
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
    run: () => secondsOf(() => contender.step()),
    counts: () => contender.counts(),
    more: () => figures,
    dispose: () => contender.dispose(),
  };
}
