/** The definition engine: passes in stock tfjs ops over padded batches. The reference, the peer, and a slow mode. */
import { causalAttention, createDefinitionCore, type DefinitionCore } from './definition-core';
import { logitsOf, transposedHead } from '../ops/logits';
import { dispose, intsFromHost, reshape, tidy, toHost, type Tensor } from '../ops/tensor';
import type { NamedTensor } from './adapter-types';
import { disposePositions } from './architecture';
import { createBatch, disposeBatch, type Batch, type TargetSequence } from './batch';
import type { ModelConfig } from './config';
import { createDecoder } from './decode';
import { loraDropoutMask } from './dropout';
import { runForward, runTraining } from './forward-backward';
import type { Inspection, ModelPasses, PassRequest, TrainingOutcome, TrainingRequest } from './language-model';
import { readFigures, readTargetLogps, sequenceLogpsOf } from './token-readout';

export interface DefinitionModel extends DefinitionCore, ModelPasses {
  readonly engine: 'definition';
}

/** Puts a model on the GPU. `weights` by safetensors names, complete and checked (src/exchange/model-folder.ts). */
export function createDefinitionModel(config: ModelConfig, weights: ReadonlyMap<string, NamedTensor>): DefinitionModel {
  const core = createDefinitionCore(config, weights);
  return {
    ...core,
    engine: 'definition',
    figures: (request) => statisticsOf(core, request, readFigures),
    targetLogps: (request) => statisticsOf(core, request, readTargetLogps),
    states: async ({ groups, parameters }) => {
      const batch = createBatch(firstRows(groups), config.contextLength);
      const hidden = runForward(core, { batch, parameters, readout: 'hidden' });
      disposeBatch(batch);
      return hidden;
    },
    train: (request) => train(core, request),
    nextTokenLogits: async (parameters, prompts) => {
      const decoder = createDecoder(core, parameters, prompts, 1);
      const logits = await decoder.prefill();
      decoder.dispose();
      return logits;
    },
    inspect: (parameters, ids) => inspect(core, parameters, ids),
    releaseWorkspace: () => {},
  };
}

/** Only the first row that each sequence reads. */
function firstRows(groups: PassRequest['groups']): TargetSequence[] {
  return groups.flat().map(({ ids, targetFrom }) => ({ ids, targetFrom, targets: [] }));
}

async function statisticsOf<T>(
  core: DefinitionCore,
  { groups, parameters }: PassRequest,
  read: (statistics: Tensor, batch: Batch, sequences: TargetSequence[]) => Promise<T>,
): Promise<T> {
  const sequences = groups.flat();
  const batch = createBatch(sequences, core.config.contextLength);
  const statistics = runForward(core, { batch, parameters, readout: 'tokens' });
  const found = await read(statistics, batch, sequences);
  disposeBatch(batch);
  return found;
}

async function train(core: DefinitionCore, request: TrainingRequest): Promise<TrainingOutcome> {
  const { groups, parameters, trainParameters, extra, objective, checkpointing, dropout } = request;
  const sequences = objective.readout === 'logps' ? groups.flat() : firstRows(groups);
  const batch = createBatch(sequences, core.config.contextLength);
  const pass = runTraining(core, {
    batch,
    parameters,
    trainParameters,
    ...(extra && { extra }),
    checkpointing,
    readout: objective.readout === 'logps' ? 'tokens' : 'hidden',
    loss: (readout) =>
      objective.readout === 'logps' ? objective.loss(sequenceLogpsOf(readout, batch)) : objective.loss(readout),
    ...loraDropoutMask(dropout),
  });
  const [loss] = await toHost(pass.loss);
  const found = objective.readout === 'logps' ? await readFigures(pass.readout.clone(), batch, sequences) : [];
  disposeBatch(batch);
  dispose([pass.loss, pass.readout]);
  return { loss: loss!, figures: found, gradients: pass.gradients };
}

async function inspect(core: DefinitionCore, parameters: string | null, ids: number[]): Promise<Inspection> {
  const { architecture, config } = core;
  const positions = architecture.sequencePositions(ids.length);
  const { attend, mask } = causalAttention(ids.length);
  const context = core.context({ parameters, positions, attend });
  const input = intsFromHost(Int32Array.from(ids), [1, ids.length]);
  const states: Tensor[] = [tidy(() => architecture.embed(context, input))];
  for (let layer = 0; layer < architecture.layers; layer++) {
    states.push(tidy(() => architecture.block(context, layer, states[layer]!)));
  }
  const last = tidy(() => architecture.finalNorm(context, states.at(-1)!));
  const head = transposedHead(core.weight(parameters, architecture.headWeight));
  const logits = tidy(() => logitsOf(reshape(last, [ids.length, config.hiddenSize]), head));
  const hidden = await Promise.all([...states.slice(0, -1), last].map(toHost));
  const values = await toHost(logits);
  dispose([...states, last, head, logits, input, mask]);
  disposePositions(positions);
  return { hidden, logits: values };
}
