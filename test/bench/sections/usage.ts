/**
 * How much of the machine our engine uses: FLOP/s of the whole DPO step beside its own best matrix product, in turn; and where
 * the step's time goes, by kernel.
 */
import { pairTargets } from '../../../src/model/batch';
import { layOutFlat } from '../../../src/model/fused/flat-batch';
import type { BenchModel, ReferencedPair } from '../contender';
import { bestMatmul, type BestMatmul } from '../ours/best-matmul';
import { fusedDpo, type FusedDpo } from '../ours/fused-dpo';
import { pairedRuns, processorSecondsOf, secondsOf, spreadOf } from '../support/paired';
import { singleRow, type BenchRow } from '../support/report';
import { pairSize } from './dpo';
import { modelShapes, productName } from './matmul';

/** Of the best product's FLOP/s. */
const wantedShare = 0.6;

export async function* usageSection(
  model: BenchModel,
  pairs: readonly ReferencedPair[],
  runs: number,
): AsyncGenerator<BenchRow> {
  const step = fusedDpo({ name: 'whole DPO step' });
  await step.prepare(model, pairs);
  const { tokens } = layOutFlat(pairs.map(pairTargets));
  const best = await bestMatmul(model.config, modelShapes(model.config, tokens));
  try {
    for (let warm = 0; warm < 2; warm++) await step.step();
    yield* shareRows(step, best, pairs, runs);
    yield* timeRows(step);
  } finally {
    best.dispose();
    await step.dispose();
  }
}

async function* shareRows(
  step: FusedDpo,
  best: BestMatmul,
  pairs: readonly ReferencedPair[],
  runs: number,
): AsyncGenerator<BenchRow> {
  const [ofStep, ofBest] = [speeds(() => step.step()), speeds(best.run)];
  const timed = await pairedRuns(
    runs,
    () => ofStep.run(() => step.counts().flops),
    () => ofBest.run(() => best.flops),
  );
  const common = { section: 'usage', unit: 'GFLOP/s', runs, error: null } as const;
  const { median, min, max } = timed.ratio;
  const byProcessor = ofStep.perProcessorSecond() / ofBest.perProcessorSecond();
  yield {
    ...common,
    what: `1 pair ${pairSize(pairs[0]!)}`,
    contender: step.name,
    value: timed.a,
    ratio: { median: 1 / median, min: 1 / max, max: 1 / min },
    goal: { atMost: 1 / wantedShare },
    base: 'best matmul',
    counts: step.counts(),
    more: { 'share of the best matmul': median, 'by processor time': byProcessor },
  };
  const what = productName(best.shape);
  yield { ...common, what, contender: 'best matmul', value: timed.b, ratio: null, base: null, counts: null, more: {} };
}

/** GFLOP/s of each run of `work`, and the median GFLOP a second of processor time. */
function speeds(work: () => Promise<unknown>) {
  const perSecond: number[] = [];
  return {
    run: async (flops: () => number): Promise<number> => {
      let processor = 0;
      const seconds = await secondsOf(async () => (processor = await processorSecondsOf(work)));
      perSecond.push(flops() / 1e9 / processor);
      return flops() / 1e9 / seconds;
    },
    perProcessorSecond: () => spreadOf(perSecond).median,
  };
}

/** GPU time of one more step, the longest kernel first, and what of the step's time is in no kernel. */
async function* timeRows(step: FusedDpo): AsyncGenerator<BenchRow> {
  const started = performance.now();
  const times = await step.profile();
  const whole = performance.now() - started;
  const row = { section: 'usage', what: 'where the time goes', unit: 'ms' } as const;
  if (times === null) {
    yield { ...singleRow({ ...row, contender: 'kernels' }, 0), error: 'the device has no timestamps' };
    return;
  }
  const percent = (milliseconds: number) => (100 * milliseconds) / whole;
  for (const { kernel, dispatches, milliseconds } of times) {
    const more = { dispatches, percent: percent(milliseconds) };
    yield singleRow({ ...row, contender: kernel, more }, milliseconds);
  }
  const rest = whole - times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  yield singleRow({ ...row, contender: 'outside kernels', more: { percent: percent(rest) } }, rest);
}
