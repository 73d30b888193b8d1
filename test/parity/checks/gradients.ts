/** Gradients of the three losses, tensor by tensor, with and without gradient checkpointing. */
import { negativeLogLikelihood } from '../../../src/losses/likelihood';
import { dpoLoss } from '../../../src/losses/preference-losses';
import { rewardLoss } from '../../../src/losses/reward-loss';
import type { NamedTensor } from '../../../src/model/adapter-types';
import { lastTokenOnly, pairTargets, responseTargets, type TargetSequence } from '../../../src/model/batch';
import { unflatten } from '../../../src/model/fused/parameters';
import type { LanguageModel, Objective, TrainingOutcome } from '../../../src/model/language-model';
import { loadRewardHead, rewardOf } from '../../../src/model/reward-head';
import {
  asVector,
  dispose,
  div,
  everySecond,
  fromHost,
  sum,
  toHost,
  type Tensor,
  type Vector,
} from '../../../src/ops/tensor';
import { pairLogps } from '../../../src/training/sequence-logps';
import {
  absolute,
  maxRelativeToLargest,
  normRelative,
  ready,
  relative,
  type Check,
  type CheckResult,
  type ParityCase,
} from '../case';
import type { DpoRow } from '../expected';

interface Pass {
  groups: TargetSequence[][];
  extra?: ReadonlyMap<string, Tensor>;
  objective: Objective;
}

/** The golden name of a gradient: PEFT's for adapter tensors, "head." before the head's. */
const goldenName = (name: string) => (name.includes('lora_') ? `base_model.model.${name}.weight` : `head.${name}`);

async function* compareGradients(
  { model, tensors, tolerance }: ParityCase,
  prefix: string,
  wantedLoss: number,
  pass: Pass,
): AsyncGenerator<CheckResult> {
  const distance = tolerance.gradient.measure === 'norm' ? normRelative : maxRelativeToLargest;
  for (const checkpointing of [false, true]) {
    if (model.engine === 'fused') model.parameters('policy').needGradient();
    const outcome = await model.train({ ...pass, parameters: 'policy', trainParameters: true, checkpointing });
    const name = checkpointing ? `${prefix}.checkpointed` : prefix;
    yield absolute(`${name}.loss`, Math.abs(outcome.loss - wantedLoss), tolerance.sftLoss);
    const gradients = await readGradients(model, outcome);
    let worst = 0;
    for (const [tensor, wanted] of wantedGradients(tensors, prefix)) {
      const found = gradients.get(tensor);
      worst = Math.max(worst, found ? distance(found, wanted.data) : Infinity);
    }
    yield relative(`${name}.tensors`, worst, tolerance.gradient.limit);
  }
}

/** All gradients by golden name; disposes the outcome's. */
async function readGradients(model: LanguageModel, { gradients }: TrainingOutcome): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (const [name, tensor] of gradients) found.set(goldenName(name), await toHost(tensor));
  dispose([...gradients.values()]);
  if (model.engine === 'fused') {
    const set = model.parameters('policy');
    const flat = new Float32Array(await model.runtime.read(set.gradient(), 0, set.layout.size * 4));
    for (const [name, { data }] of unflatten(set.layout, flat)) found.set(goldenName(name), data);
    set.releaseGradient();
  }
  return found;
}

/** Gradients in the GPU's orientation: the head's matrices are kept [in, out] there. */
function wantedGradients(tensors: ParityCase['tensors'], prefix: string): [string, NamedTensor][] {
  return [...tensors]
    .filter(([name]) => name.startsWith(`${prefix}.`))
    .map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]);
}

export const checkGradients: Check = async function* (parity) {
  const { expected } = parity;
  if (expected.sft) yield* sftGradients(parity);
  if (expected.reward) yield* rewardGradients(parity);
  if (expected.losses && expected.dpo_round1) yield* dpoGradients(parity);
};

async function* sftGradients(parity: ParityCase): AsyncGenerator<CheckResult> {
  const { grad_check: check, data } = parity.expected.sft!;
  parity.model.addParameters('policy', await parity.adapter(check.adapter));
  const groups = check.examples.map((i) => [responseTargets(data[i]!.prompt_ids, data[i]!.completion_ids)]);
  const count = groups.flat().reduce((total, { targets }) => total + targets.length, 0);
  const loss = (logps: Vector) => negativeLogLikelihood(logps, count);
  yield* compareGradients(parity, 'grad_sft', check.loss, { groups, objective: { readout: 'logps', loss } });
  parity.model.removeParameters('policy');
}

async function* rewardGradients(parity: ParityCase): AsyncGenerator<CheckResult> {
  const { grad_check: check, data } = parity.expected.reward!;
  parity.model.addParameters('policy', await parity.adapter(check.adapter));
  const head = loadRewardHead(await parity.head(check.head));
  const rows = check.examples.map((i) => data[i]!);
  const groups = rows.map((row) => [row.chosen_ids, row.rejected_ids].map(lastTokenOnly));
  const loss = (states: Tensor) => {
    const rewards = rewardOf(states, head.views());
    const losses = rewardLoss(everySecond(rewards, 0), everySecond(rewards, 1), { margin: 0, centring: 0 });
    return div(sum(losses), rows.length);
  };
  yield* compareGradients(parity, 'grad_reward', check.loss, {
    groups,
    extra: head.views(),
    objective: { readout: 'states', loss },
  });
  head.dispose();
  parity.model.removeParameters('policy');
}

async function* dpoGradients(parity: ParityCase): AsyncGenerator<CheckResult> {
  const { losses, dpo_round1 } = parity.expected;
  const { examples, beta, grad_check: check, policy_adapter } = losses!;
  const rows = examples.map((i) => (dpo_round1!.data as DpoRow[])[i]!);
  const pairs = rows.map((row) => ({
    promptIds: row.prompt_ids,
    chosenIds: row.chosen_ids,
    rejectedIds: row.rejected_ids,
  }));
  const reference = await pairLogps({ model: parity.model, parameters: null, pairs, batchSize: 4, gate: ready });
  parity.model.addParameters('policy', await parity.adapter(policy_adapter));
  const frozen = {
    referenceChosenLogps: asVector(fromHost(reference.chosen, [rows.length])),
    referenceRejectedLogps: asVector(fromHost(reference.rejected, [rows.length])),
  };
  const loss = (logps: Vector) => {
    const inputs = { chosenLogps: everySecond(logps, 0), rejectedLogps: everySecond(logps, 1), ...frozen };
    return div(sum(dpoLoss(inputs, { beta, labelSmoothing: 0 })), rows.length);
  };
  const groups = pairs.map(pairTargets);
  yield* compareGradients(parity, 'grad_dpo', check.loss, { groups, objective: { readout: 'logps', loss } });
  dispose([frozen.referenceChosenLogps, frozen.referenceRejectedLogps]);
  parity.model.removeParameters('policy');
}
