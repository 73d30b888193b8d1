/**
 * The DPO step in stock tfjs ops: the definition engine's padded batches, tape and losses, and AdamW on the flat adapter,
 * with every kernel as tfjs has it.
 */
import { responseTargets } from '../../../src/model/batch';
import { createDefinitionModel, type DefinitionModel } from '../../../src/model/definition-model';
import { adamwStep, squaredSum, type AdamwState } from '../../../src/ops/adamw';
import {
  asVector,
  dispose,
  div,
  fromHost,
  keep,
  mul,
  part,
  sum,
  takeToHost,
  tidy,
  type Tensor,
  type Vector,
} from '../../../src/ops/tensor';
import { dpoLoss } from '../../../src/losses/preference-losses';
import type { EncodedPair } from '../../../src/protocol/preference';
import { dpoSettings, type BenchModel, type DpoContender, type ReferencedPair } from '../contender';
import { startTfjs, type TfjsBackend } from './tfjs-backend';

const policy = 'policy';

interface Prepared {
  backend: TfjsBackend;
  model: DefinitionModel;
  pairs: readonly ReferencedPair[];
  state: AdamwState;
  taken: number;
}

/** @param checkpointing computes every block again on the way back */
export function tfjsDpo(checkpointing: boolean): DpoContender {
  let prepared: Prepared | undefined;
  let [norm, dispatches, flops] = [0, 0, 0];
  const current = () => {
    if (!prepared) throw new Error('internal: prepare() first');
    return prepared;
  };
  return {
    name: checkpointing ? 'tfjs, checkpointing' : 'tfjs',
    prepare: async (model, pairs) => {
      prepared = await open(model, pairs);
    },
    step: async () => {
      const { backend } = current();
      await backend.activate();
      const before = [backend.device.dispatches(), backend.flops()] as const;
      const figures = await takeStep(current(), checkpointing);
      await backend.finish();
      norm = figures.norm;
      [dispatches, flops] = [backend.device.dispatches() - before[0], backend.flops() - before[1]];
      return figures.loss;
    },
    gradientNorm: () => norm,
    counts: () => {
      const { device } = current().backend;
      return { dispatches, flops, peakBytes: device.peakBytes(), bytesNow: device.bytesNow() };
    },
    dispose: async () => {
      if (!prepared) return;
      const { backend, model, state } = prepared;
      prepared = undefined;
      await backend.activate();
      dispose([state.parameters, state.firstMoment, state.secondMoment]);
      model.dispose();
      backend.dispose();
    },
  };
}

async function open(model: BenchModel, pairs: readonly ReferencedPair[]): Promise<Prepared> {
  const backend = await startTfjs();
  const definition = createDefinitionModel(model.config, model.weights);
  definition.addParameters(policy, model.adapter);
  const { store } = definition.parameters(policy);
  const zeros = () => keep(fromHost(new Float32Array(store.size), [store.size]));
  const state = { parameters: keep(store.flat().clone()), firstMoment: zeros(), secondMoment: zeros() };
  await backend.finish();
  backend.releaseUnused();
  backend.device.resetPeak();
  return { backend, model: definition, pairs, state, taken: 0 };
}

async function takeStep(prepared: Prepared, checkpointing: boolean): Promise<{ loss: number; norm: number }> {
  const { model, pairs } = prepared;
  const { loss, gradients } = await model.train({
    groups: [
      pairs.map((pair) => sequenceOf(pair, pair.chosenIds)),
      pairs.map((pair) => sequenceOf(pair, pair.rejectedIds)),
    ],
    parameters: policy,
    trainParameters: true,
    checkpointing,
    objective: { readout: 'logps', loss: (logps) => meanLoss(logps, pairs) },
  });
  const norm = await update(prepared, gradients);
  return { loss, norm };
}

const sequenceOf = ({ promptIds }: EncodedPair, responseIds: number[]) => responseTargets(promptIds, responseIds);

function meanLoss(logps: Vector, pairs: readonly ReferencedPair[]): Tensor {
  const count = pairs.length;
  const vector = (values: number[]) => asVector(fromHost(Float32Array.from(values), [count]));
  const inputs = {
    chosenLogps: part(logps, 0, count),
    rejectedLogps: part(logps, count, count),
    referenceChosenLogps: vector(pairs.map((pair) => pair.referenceChosenLogp)),
    referenceRejectedLogps: vector(pairs.map((pair) => pair.referenceRejectedLogp)),
  };
  return div(sum(dpoLoss(inputs, { beta: dpoSettings.beta, labelSmoothing: 0 })), count);
}

/** Clips and steps; returns the norm before clipping. */
async function update(prepared: Prepared, gradients: ReadonlyMap<string, Tensor>): Promise<number> {
  const { state } = prepared;
  const { store } = prepared.model.parameters(policy);
  const gradient = store.flatten(gradients);
  const [squares] = await takeToHost(tidy(() => squaredSum(gradient)));
  const norm = Math.sqrt(squares!);
  const { learningRate, maxGradNorm } = dpoSettings;
  const [parameters, firstMoment, secondMoment] = inTidy(() => {
    const clipped = mul(gradient, Math.min(1, maxGradNorm / (norm + 1e-6)));
    const stepped = adamwStep(state, clipped, learningRate, ++prepared.taken, dpoSettings);
    return [stepped.parameters, stepped.firstMoment, stepped.secondMoment];
  });
  dispose([gradient, ...gradients.values(), state.parameters, state.firstMoment, state.secondMoment]);
  prepared.state = { parameters, firstMoment, secondMoment };
  store.assign(parameters.clone());
  return norm;
}

type Three = [Tensor, Tensor, Tensor];

/** The results of `f`, kept; everything else it made is disposed. */
function inTidy(f: () => Three): Three {
  const made = tidy(f);
  made.forEach((tensor) => keep(tensor));
  return made;
}

/** The pairs with the log-probabilities of the model's own adapter, from the definition. */
export async function withReference(model: BenchModel, pairs: readonly EncodedPair[]): Promise<ReferencedPair[]> {
  const backend = await startTfjs();
  const definition = createDefinitionModel(model.config, model.weights);
  definition.addParameters(policy, model.adapter);
  const groups = pairs.map((pair) => [sequenceOf(pair, pair.chosenIds), sequenceOf(pair, pair.rejectedIds)]);
  const figures = await definition.figures({ groups, parameters: policy });
  definition.dispose();
  backend.dispose();
  return pairs.map((pair, i) => ({
    ...pair,
    referenceChosenLogp: figures[2 * i]!.logp,
    referenceRejectedLogp: figures[2 * i + 1]!.logp,
  }));
}
