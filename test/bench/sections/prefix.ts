/** What computing a pair's prompt once brings: our engine's DPO step beside the same engine with every sequence on its own. */
import type { BenchModel, ReferencedPair } from '../contender';
import { fusedDpo } from '../ours/fused-dpo';
import { requireCloseLosses } from '../support/agreement';
import type { BenchRow } from '../support/report';
import { dpoSection } from './dpo';

/** @param pairs with a prompt much longer than the responses */
export function prefixSection(
  model: BenchModel,
  pairs: readonly ReferencedPair[],
  runs: number,
): AsyncGenerator<BenchRow> {
  return dpoSection({
    section: 'prefix',
    model,
    pairs,
    runs,
    contenders: [fusedDpo({ name: 'fused' }), fusedDpo({ name: 'fused, prompt computed twice', sharePrefixes: false })],
    agree: requireCloseLosses,
    goal: { atLeast: 1.5 },
  });
}
