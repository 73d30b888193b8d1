/**
 * What keeping activations brings: our engine's DPO step with all blocks' activations kept beside all of them recomputed;
 * and what the memory plan chooses between the two for the shape of TinyLlama-1.1B within budgets.
 */
import type { BenchModel, ReferencedPair } from '../contender';
import { stageWorks } from '../../../src/model/fused/stage-memory';
import { memoryPlan } from '../../../src/model/fused/plan';
import { recipePresets } from '../../../src/protocol/recipe';
import { fusedDpo } from '../ours/fused-dpo';
import { tinyLlama, tinyLlamaLora } from '../ours/tinyllama';
import { requireIdenticalSteps } from '../support/agreement';
import { singleRow, type BenchRow } from '../support/report';
import { dpoSection } from './dpo';

const budgetsGb = [3, 4, 8, 12];

export async function* recomputeSection(
  model: BenchModel,
  pairs: readonly ReferencedPair[],
  runs: number,
): AsyncGenerator<BenchRow> {
  yield* dpoSection({
    section: 'recompute',
    model,
    pairs,
    runs,
    contenders: [
      fusedDpo({ name: 'fused, blocks kept' }),
      fusedDpo({ name: 'fused, blocks recomputed', checkpointing: true }),
    ],
    agree: requireIdenticalSteps,
    goal: { atLeast: 1.25 },
  });
  for (const budget of budgetsGb) yield planRow(budget);
}

/** DPO of the origin preset; its pairs are planned as two sequences of the full length that share nothing. */
function planRow(budgetGb: number): BenchRow {
  const { train } = stageWorks(recipePresets.origin, tinyLlamaLora, 'packed');
  const { total, keptBlocks, refusal } = memoryPlan(tinyLlama, train, budgetGb * 1e9);
  const row = { section: 'recompute', what: `TinyLlama DPO in ${budgetGb} GB`, contender: 'plan', unit: 'GB' } as const;
  const more = { 'blocks kept': keptBlocks ?? 0, 'of blocks': tinyLlama.layers };
  return singleRow({ ...row, more, error: refusal, goal: { atMost: budgetGb } }, total / 1e9);
}
