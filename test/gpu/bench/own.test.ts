/** The benchmark's sections of our own engine at toy size: what they check besides time. No figure of them means anything. */
import { expect, it } from 'vitest';
import { keepStockKernels } from '../../bench/peers/tfjs-backend';
import { withReference } from '../../bench/peers/tfjs-dpo';
import { prefixSection } from '../../bench/sections/prefix';
import { recomputeSection } from '../../bench/sections/recompute';
import { scalingSection } from '../../bench/sections/scaling';
import { benchModel, randomPairs } from '../../bench/support/bench-model';
import type { BenchRow } from '../../bench/support/report';
import { openDawn } from '../../support/dawn';
import { describeWith } from '../../support/needs';

async function rowsOf(rows: AsyncGenerator<BenchRow>): Promise<BenchRow[]> {
  const all: BenchRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

describeWith(['lavapipe'], 'bench of our own engine', () => {
  it('shared prompts and recomputing change work, no loss; memory grows as planned; a plan fits its budget', async () => {
    openDawn('lavapipe');
    keepStockKernels();
    const model = benchModel('toy');
    const pairsOf = (prompt: number, response: number) =>
      withReference(model, randomPairs(model.config, 1, prompt, response));
    const [few, many] = [await pairsOf(20, 12), await pairsOf(80, 48)];

    const [twice, once] = await rowsOf(prefixSection(model, few, 1));
    expect(twice!.error).toBeNull();
    // Tokens of 20 + 12 twice are 64 and shared 44, but the last block leaves a prompt's o map and feed-forward out either way.
    expect(twice!.counts!.flops).toBeGreaterThan(1.2 * once!.counts!.flops);

    const [recomputed, kept, ...plans] = await rowsOf(recomputeSection(model, few, 1));
    expect(recomputed!.error).toBeNull();
    expect(recomputed!.counts!.flops).toBeGreaterThan(1.2 * kept!.counts!.flops);
    expect(plans.map(({ error }) => error)).toEqual([null, null, null, null]);
    for (const { value, goal } of plans) expect(value!.median).toBeLessThanOrEqual(goal!.atMost!);

    const scaling = await rowsOf(scalingSection(model, few, [many], 1));
    expect(scaling.map(({ error }) => error)).toEqual([null, null, null]);
    const growth = scaling[2]!;
    expect(growth.value!.median / growth.more['planned']!).toBeCloseTo(1, 2);
  });
});
