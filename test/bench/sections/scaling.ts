/** How our engine's DPO step grows with its tokens: time, and memory a token in the ledger and as planned. */
import { pairTargets } from '../../../src/model/batch';
import { layOutFlat } from '../../../src/model/fused/flat-batch';
import { totalBytes } from '../../../src/model/fused/memory-plan';
import type { BenchModel, ReferencedPair } from '../contender';
import { fusedDpo } from '../ours/fused-dpo';
import { requireStart, type FirstSteps } from '../support/agreement';
import { singleRow, type BenchRow } from '../support/report';
import { compare, type Entry } from './compare';
import { dpoEntry } from './dpo';

/** Bytes of everything the engine holds. */
interface Measured {
  tokens: number;
  held: number;
  planned: number;
}

/** @param few one pair @param many one pair of four times the tokens */
export async function* scalingSection(
  model: BenchModel,
  few: ReferencedPair,
  many: ReferencedPair,
  runs: number,
): AsyncGenerator<BenchRow> {
  const measured: Measured[] = [];
  yield* compare({
    section: 'scaling',
    what: 'DPO step by its tokens',
    unit: 's',
    runs,
    entries: [few, many].map((pair) => entryOf(model, pair, (figures) => measured.push(figures))),
    agree: requireStart,
    goal: { atMost: 4.6 },
  });
  const [small, large] = measured;
  if (small && large) yield growthRow(small, large);
}

function entryOf(model: BenchModel, pair: ReferencedPair, onMeasured: (figures: Measured) => void): Entry<FirstSteps> {
  const { tokens } = layOutFlat([pairTargets(pair)]);
  const contender = fusedDpo({ name: `fused, ${tokens} tokens` });
  const entry = dpoEntry(contender, model, [pair]);
  return {
    ...entry,
    prepare: async () => {
      const steps = await entry.prepare();
      const { held, planned } = await contender.memory();
      onMeasured({ tokens, held: totalBytes(held), planned: totalBytes(planned) });
      return steps;
    },
  };
}

/** What a token more takes. */
function growthRow(small: Measured, large: Measured): BenchRow {
  const perToken = (which: 'held' | 'planned') => (large[which] - small[which]) / (large.tokens - small.tokens);
  const [held, planned] = [perToken('held'), perToken('planned')];
  const what = `from ${small.tokens} to ${large.tokens} tokens`;
  const row = { section: 'scaling', what, contender: 'ledger', unit: 'bytes/token' } as const;
  return singleRow({ ...row, more: { planned }, goal: { atLeast: 0.98 * planned, atMost: 1.02 * planned } }, held);
}
