/** How our engine's DPO step grows with its tokens: time, and memory a token in the ledger and as planned. */
import { pairTargets } from '../../../src/model/batch';
import { layOutFlat } from '../../../src/model/fused/flat-batch';
import { totalBytes } from '../../../src/model/fused/memory-plan';
import type { BenchModel, ReferencedPair } from '../contender';
import { fusedDpo } from '../ours/fused-dpo';
import { requireStart, type FirstSteps } from '../support/agreement';
import { singleRow, type BenchRow } from '../support/report';
import { compare, type Entry } from './compare';
import { dpoEntry, pairSize } from './dpo';

/** Bytes of everything the engine holds. */
interface Measured {
  name: string;
  tokens: number;
  held: number;
  planned: number;
}

/**
 * @param few one pair
 * @param many four pairs of its size, and one pair four times as long, whose attention takes sixteen times the work
 */
export async function* scalingSection(
  model: BenchModel,
  few: readonly ReferencedPair[],
  many: readonly (readonly ReferencedPair[])[],
  runs: number,
): AsyncGenerator<BenchRow> {
  const measured: Measured[] = [];
  yield* compare({
    section: 'scaling',
    what: 'DPO step by its tokens',
    unit: 's',
    runs,
    entries: [few, ...many].map((pairs) => entryOf(model, pairs, (figures) => measured.push(figures))),
    agree: requireStart,
    goal: { atMost: 4.6 },
  });
  const [small, ...larger] = measured;
  if (small) for (const large of larger) yield growthRow(small, large);
}

function entryOf(
  model: BenchModel,
  pairs: readonly ReferencedPair[],
  onMeasured: (figures: Measured) => void,
): Entry<FirstSteps> {
  const { tokens } = layOutFlat(pairs.map(pairTargets));
  const contender = fusedDpo({ name: `${tokens} tokens: ${pairs.length} x (${pairSize(pairs[0]!)})` });
  const entry = dpoEntry(contender, model, pairs);
  return {
    ...entry,
    prepare: async () => {
      const steps = await entry.prepare();
      const { held, planned } = await contender.memory();
      onMeasured({ name: contender.name, tokens, held: totalBytes(held), planned: totalBytes(planned) });
      return steps;
    },
  };
}

/** What a token more takes. */
function growthRow(small: Measured, large: Measured): BenchRow {
  const perToken = (which: 'held' | 'planned') => (large[which] - small[which]) / (large.tokens - small.tokens);
  const [held, planned] = [perToken('held'), perToken('planned')];
  const row = {
    section: 'scaling',
    what: 'memory of a token more',
    contender: large.name,
    unit: 'bytes/token',
  } as const;
  return singleRow({ ...row, more: { planned }, goal: { atLeast: 0.98 * planned, atMost: 1.02 * planned } }, held);
}
