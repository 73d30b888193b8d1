/**
 * `npm run demo:pretrain`: trains the demo's base model from scratch, all parameters, on text of the small world
 * (src/demo), with the studio's own engine in Dawn. Seeded: the same adapter gives the same bytes. Goes on from its state file
 * when it was ended. Writes public/demo/model.
 */
import { contentHash } from '../../src/data/content-hash';
import { openDevice } from '../../src/gpu/device';
import { createFusedModel, type FusedModel } from '../../src/model/fused/fused-model';
import { allTargets } from '../../src/model/batch';
import { parameterCount } from '../../src/model/weight-specs';
import { startBackend, type Backend } from '../../src/ops/backend';
import type { TrainingHooks } from '../../src/training/hooks';
import { chunk } from '../../src/training/schedule';
import type { SftSettings } from '../../src/training/settings';
import { trainSft } from '../../src/training/sft';
import { openDawn } from '../../test/support/dawn';
import { baseConfig, baseConfigJson, initialWeights } from './base-model';
import { readTokenizer, writeModel } from './model-files';
import { readOptions, type PretrainOptions } from './pretrain-options';
import { packDocuments } from './sequences';
import { readState, writeState } from './state-file';
import { trainingLog } from './training-log';
import { worldDocuments } from './world-text';

/** Sequences that are never trained on, for a loss that tells memory from learning. */
const heldOutSequences = 96;
const parameters = 'base';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const { tokenizer, endTokenId } = readTokenizer(options.out);
  const json = baseConfigJson(options.shape, { size: tokenizer.vocabSize, endTokenId });
  const config = baseConfig(json);
  const data = prepareSequences(options, tokenizer, endTokenId, config.contextLength);
  const backend = await startBackend(await openDevice(openDawn('lavapipe')));
  const { software, description } = backend.summary;
  console.log(`${parameterCount(config)} parameters on ${description}; ${data.train.length} sequences a pass`);
  const weights = initialWeights(config, options.seed);
  const model = createFusedModel(backend.runtime, config, weights, { software });
  model.addParameters(parameters, { kind: 'full', tensors: weights });
  const settings = trainingSettings(options);
  const key = await contentHash(JSON.stringify({ json, settings, description }), JSON.stringify(data.train));
  const save = async () => {
    const set = await model.readParameters(parameters);
    if (set.kind === 'full') writeModel(options.out, set, json, endTokenId);
  };
  await trainSft({
    model,
    parameters,
    examples: data.train,
    settings,
    hooks: {
      ...(await hooksOf(options, key)),
      onCheckpoint: async (state) => {
        writeState(options.state, key, state);
        await save();
        console.log(`step ${state.step}: held-out loss ${(await heldOutLoss(model, data.heldOut)).toFixed(4)}`);
        await backend.check();
      },
    },
  });
  closeAll(model, backend);
}

/** One pass over as many sequences as the steps take; more documents than that are left over. */
function prepareSequences(
  { documents, seed, steps, batch }: PretrainOptions,
  tokenizer: Parameters<typeof packDocuments>[1],
  endTokenId: number,
  contextLength: number,
) {
  const { sequences, tooLong } = packDocuments(worldDocuments(documents, seed), tokenizer, {
    contextLength,
    endTokenId,
    seed,
  });
  const tokens = sequences.reduce((sum, { length }) => sum + length, 0);
  console.log(`${documents} documents, ${tokens} tokens in ${sequences.length} sequences; ${tooLong} were too long`);
  const wanted = steps * batch;
  const usable = sequences.slice(heldOutSequences);
  const passes = Math.ceil(wanted / usable.length);
  const example = (ids: number[]) => ({ promptIds: [], responseIds: ids });
  const train = Array.from({ length: passes }, () => usable)
    .flat()
    .slice(0, wanted)
    .map(example);
  console.log(`${(wanted / usable.length).toFixed(2)} passes over them`);
  return { train, heldOut: sequences.slice(0, heldOutSequences) };
}

function trainingSettings({ seed, batch, learningRate }: PretrainOptions): SftSettings {
  return {
    seed,
    epochs: 1,
    batchSize: batch,
    microBatchSize: batch,
    learningRate,
    schedule: 'cosine',
    warmup: { ratio: 0.04 },
    weightDecay: 0.05,
    decayBiases: false,
    beta1: 0.9,
    beta2: 0.98,
    epsilon: 1e-8,
    maxGradNorm: 1,
    gradientCheckpointing: false,
    dropout: 0,
    // The sequences are in random order already.
    shuffle: false,
    lossOn: 'all',
  };
}

async function hooksOf({ state, checkpointEvery }: PretrainOptions, key: string): Promise<TrainingHooks> {
  const resumeFrom = readState(state, key);
  if (resumeFrom) console.log(`going on after step ${resumeFrom.step} (${state})`);
  return {
    gate: () => Promise.resolve(),
    onStep: trainingLog((line) => console.log(line)),
    checkpointEvery,
    ...(resumeFrom && { resumeFrom }),
  };
}

/** Nats a token. */
async function heldOutLoss(model: FusedModel, sequences: readonly number[][]): Promise<number> {
  let [nll, count] = [0, 0];
  for (const part of chunk(sequences, 16)) {
    const groups = part.map((ids) => [allTargets([], ids)]);
    for (const figures of await model.figures({ groups, parameters })) {
      nll -= figures.logp;
      count += figures.count;
    }
  }
  return nll / count;
}

function closeAll(model: FusedModel, backend: Backend): void {
  model.dispose();
  backend.dispose();
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
