/**
 * TinyLlama-1.1B's shape by the origin preset within 4 GB: a DPO micro-step of two sequences of 512 tokens, an optimiser step
 * and generation with 16 slots, each with the ledger beside the plan. Once, not paired: there is no peer, and on a CPU it
 * takes many minutes.
 */
import { openDevice } from '../../../src/gpu/device';
import { createRuntime, type Runtime } from '../../../src/gpu/runtime';
import { generateResponses } from '../../../src/generation/generate';
import { pairTargets } from '../../../src/model/batch';
import { createFusedModel, type FusedModel } from '../../../src/model/fused/fused-model';
import { totalBytes, type MemoryFigures } from '../../../src/model/fused/memory-plan';
import { memoryPlan, type MemoryPlan } from '../../../src/model/fused/plan';
import { recipePresets } from '../../../src/protocol/recipe';
import { dpoSettings, generationSettings } from '../../../src/rounds/settings';
import { createOptimiser, type Optimiser } from '../../../src/training/optimiser';
import type { Counts } from '../contender';
import { stepPlan, trainPairs } from '../ours/dpo-step';
import { tinyLlama, tinyLlamaAdapter, tinyLlamaLora, tinyLlamaWeights } from '../ours/tinyllama';
import { startTfjs, type TfjsBackend } from '../peers/tfjs-backend';
import { randomPairs, randomPrompts } from '../support/bench-model';
import { errorText, singleRow, type BenchRow } from '../support/report';
import { pairSize } from './dpo';

const budgetBytes = 4e9;
const section = 'tinyllama';

/** Shared prompt of half the length; and nothing shared but the first token. */
const prompts = [256, 1];
const generated = { slots: 16, prompt: 32, longPrompt: 504, newTokens: 8 };

interface Session {
  runtime: Runtime;
  /** For the loss. */
  losses: TfjsBackend;
  model: FusedModel;
}

/** @param trains false leaves out the training steps, which take most of the time */
export async function* tinyLlamaSection(trains: boolean): AsyncGenerator<BenchRow> {
  const session = await open();
  const { runtime, losses, model } = session;
  try {
    if (trains) yield* allTrainingRows(session);
    for (const name of ['reference', 'sft']) model.removeParameters(name);
    model.releaseWorkspace();
    yield* generationRows(session);
    yield singleRow(
      { section, what: 'all of it', contender: 'peak', unit: 'GB', goal: { atMost: budgetBytes / 1e9 } },
      (runtime.ledger.peak() + losses.device.peakBytes()) / 1e9,
    );
  } finally {
    model.dispose();
    losses.dispose();
    runtime.dispose();
    runtime.device.destroy();
  }
}

/** The model with the parameter sets of a second round: policy, reference and SFT. */
async function open(): Promise<Session> {
  const studioDevice = await openDevice(globalThis.navigator.gpu);
  const runtime = createRuntime(studioDevice);
  const losses = await startTfjs();
  const { software } = studioDevice.summary;
  const weights = tinyLlamaWeights((made, of) => {
    if (made % 40 === 0 || made === of) console.log(`${section}: ${made} of ${of} tensors`);
  });
  const model = createFusedModel(runtime, tinyLlama, weights, { software, budgetBytes });
  const adapter = tinyLlamaAdapter();
  for (const name of ['policy', 'reference', 'sft']) model.addParameters(name, adapter);
  await runtime.finish();
  return { runtime, losses, model };
}

async function* allTrainingRows(session: Session): AsyncGenerator<BenchRow> {
  const optimiser = createOptimiser({
    model: session.model,
    parameters: 'policy',
    settings: dpoSettings(recipePresets.origin, 1),
    resumeFrom: undefined,
  });
  for (const [i, prompt] of prompts.entries()) yield* trainingRows(session, optimiser, prompt, i + 1);
  optimiser.dispose();
}

/** Reference log-probabilities, micro-step, optimiser step and a checkpoint's read of one pair of 512-token sequences. */
async function* trainingRows(
  { runtime, losses, model }: Session,
  optimiser: Optimiser,
  promptTokens: number,
  step: number,
): AsyncGenerator<BenchRow> {
  const [pair] = randomPairs(tinyLlama, 1, promptTokens, recipePresets.origin.maxLength - promptTokens);
  const work = {
    weightType: runtime.halves,
    lora: tinyLlamaLora,
    sets: 3,
    pairs: [pair!],
    sharePrefixes: true,
    checkpointing: recipePresets.origin.gradientCheckpointing,
  };
  const plan = stepPlan(tinyLlama, work, budgetBytes);
  await losses.activate();
  const figures = await timed(runtime, () => model.figures({ groups: [pairTargets(pair!)], parameters: 'reference' }));
  const [chosen, rejected] = figures.result.map(({ logp }) => logp);
  const referenced = { ...pair!, referenceChosenLogp: chosen!, referenceRejectedLogp: rejected! };
  const row = { section, what: `pair ${pairSize(referenced)}`, contender: 'reference', unit: 's' } as const;
  yield singleRow({ ...row, counts: figures.counts }, figures.seconds);
  const trained = await timed(runtime, () => trainPairs(model, [referenced], work.checkpointing));
  const { loss, gradients } = trained.result;
  const more = { loss, 'blocks kept': plan.keptBlocks ?? 0 };
  const error = lossError(step, loss);
  yield singleRow({ ...row, contender: 'DPO micro-step', counts: trained.counts, more, error }, trained.seconds);
  optimiser.accumulate(gradients);
  const stepped = await timed(runtime, () => optimiser.step(step, recipePresets.origin.dpoLearningRates[0]!));
  const norm = { 'gradient norm': stepped.result };
  yield singleRow({ ...row, contender: 'optimiser step', counts: stepped.counts, more: norm }, stepped.seconds);
  await optimiser.state(step);
  yield* memoryRows(row.what, runtime.ledger.byCategory(), plan);
}

/** The policy starts at the reference, so the first loss must be ln 2. */
function lossError(step: number, loss: number): string | null {
  const good = step === 1 ? Math.abs(loss - Math.LN2) <= 1e-4 : Number.isFinite(loss);
  return good ? null : `the loss of step ${step} is ${loss}`;
}

/** A few tokens in each of 16 slots; one prompt is so long that the slots are those of the preset's full length. */
async function* generationRows({ runtime, losses, model }: Session): AsyncGenerator<BenchRow> {
  const { slots, prompt, newTokens, longPrompt } = generated;
  const prompts = [...randomPrompts(tinyLlama, slots - 1, prompt), ...randomPrompts(tinyLlama, 1, longPrompt)];
  const settings = generationSettings(recipePresets.origin, 1, tinyLlama.eosTokenIds);
  const request = {
    model,
    parameters: 'policy',
    prompts,
    settings: { ...settings, samplesPerPrompt: 1, maxNewTokens: newTokens, batchSize: slots },
    gate: async () => {},
  };
  const what = `${slots} slots, ${newTokens} tokens`;
  const row = { section, what, contender: 'generation', unit: 's' } as const;
  let held: MemoryFigures = {};
  await losses.activate();
  try {
    const onProgress = () => (held = runtime.ledger.byCategory());
    const { result, seconds, counts } = await timed(runtime, () => generateResponses({ ...request, onProgress }));
    const tokens = result.reduce((sum, { ids, endTokenId }) => sum + ids.length + (endTokenId === null ? 0 : 1), 0);
    yield singleRow({ ...row, counts, more: { 'new tokens': tokens } }, seconds);
  } catch (error) {
    yield { ...singleRow(row, 0), value: null, error: errorText(error) };
    return;
  }
  const capacity = longPrompt + newTokens;
  const generation = { slots, capacity, prefillTokens: capacity };
  const work = { weightType: runtime.halves, lora: tinyLlamaLora, sets: 1, trains: false, passes: [], generation };
  yield* memoryRows(what, held, memoryPlan(tinyLlama, work, budgetBytes));
}

/** What the ledger holds beside the plan, by category and in all. */
function* memoryRows(what: string, held: MemoryFigures, { bytes: planned, total }: MemoryPlan): Generator<BenchRow> {
  const gigabytes = (bytes = 0) => bytes / 1e9;
  const row = { section, what, unit: 'GB' } as const;
  const categories = new Set([...Object.keys(held), ...Object.keys(planned)] as (keyof MemoryFigures)[]);
  for (const category of categories) {
    const more = { planned: gigabytes(planned[category]) };
    yield singleRow({ ...row, contender: category, more }, gigabytes(held[category]));
  }
  const all = totalBytes(held);
  yield singleRow({ ...row, contender: 'ledger', more: { planned: gigabytes(total) } }, gigabytes(all));
  const difference = 100 * Math.abs(all / total - 1);
  yield singleRow({ ...row, contender: 'ledger off the plan', unit: '%', goal: { atMost: 2 } }, difference);
}

/** Seconds until the GPU is done, and the work of it. */
async function timed<T>(runtime: Runtime, work: () => Promise<T>) {
  await runtime.finish();
  const [before, started] = [runtime.counts(), performance.now()];
  const result = await work();
  await runtime.finish();
  const after = runtime.counts();
  const counts: Counts = {
    dispatches: after.dispatches - before.dispatches,
    flops: after.flops - before.flops,
    peakBytes: runtime.ledger.peak(),
    bytesNow: runtime.ledger.total(),
  };
  return { result, seconds: (performance.now() - started) / 1000, counts };
}
