/** Gradients of the three losses, tensor by tensor, with and without gradient checkpointing. */
import { negativeLogLikelihood } from '../../../src/losses/likelihood';
import { dpoLoss } from '../../../src/losses/preference-losses';
import { rewardLoss } from '../../../src/losses/reward-loss';
import type { NamedTensor } from '../../../src/model/adapter-types';
import {
  createBatch,
  disposeBatch,
  lastTokenOnly,
  responseTargets,
  type Batch,
  type TargetSequence,
} from '../../../src/model/batch';
import { runTraining, type TrainingPassOptions } from '../../../src/model/forward-backward';
import { loadRewardHead, rewardOf } from '../../../src/model/reward-head';
import { asVector, dispose, div, fromHost, part, sum, toHost, type Tensor } from '../../../src/ops/tensor';
import { sequenceLogps } from '../../../src/training/sequence-logps';
import { sequenceLogpsOf } from '../../../src/training/token-readout';
import {
  absolute,
  maxRelativeToLargest,
  ready,
  relative,
  type Check,
  type CheckResult,
  type ParityCase,
} from '../case';
import type { DpoRow } from '../expected';
import { tolerance } from '../tolerances';

interface Pass {
  sequences: TargetSequence[];
  readout: 'tokens' | 'hidden';
  extra?: ReadonlyMap<string, Tensor>;
  loss(readout: Tensor, batch: Batch): Tensor;
}

/** The golden name of a gradient: PEFT's for adapter tensors, "head." before the head's. */
const goldenName = (name: string) => (name.includes('lora_') ? `base_model.model.${name}.weight` : `head.${name}`);

async function* compareGradients(
  parity: ParityCase,
  prefix: string,
  wantedLoss: number,
  pass: Pass,
): AsyncGenerator<CheckResult> {
  for (const checkpointing of [false, true]) {
    const batch = createBatch(pass.sequences, parity.model.config.contextLength);
    const options: TrainingPassOptions = {
      batch,
      parameters: 'policy',
      trainParameters: true,
      readout: pass.readout,
      loss: (readout) => pass.loss(readout, batch),
      checkpointing,
      ...(pass.extra ? { extra: pass.extra } : {}),
    };
    const { loss, readout, gradients } = runTraining(parity.model, options);
    const name = checkpointing ? `${prefix}.checkpointed` : prefix;
    yield absolute(`${name}.loss`, Math.abs((await toHost(loss))[0]! - wantedLoss), tolerance.sftLoss);
    let worst = 0;
    for (const [tensor, wanted] of wantedGradients(parity, prefix)) {
      const found = [...gradients].find(([key]) => goldenName(key) === tensor);
      worst = Math.max(worst, found ? maxRelativeToLargest(await toHost(found[1]), wanted.data) : Infinity);
    }
    yield relative(`${name}.tensors`, worst, tolerance.gradient);
    dispose([loss, readout, ...gradients.values()]);
    disposeBatch(batch);
  }
}

/** Gradients in the GPU's orientation: the head's matrices are kept [in, out] there. */
function wantedGradients({ tensors }: ParityCase, prefix: string): [string, NamedTensor][] {
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
  const sequences = check.examples.map((i) => responseTargets(data[i]!.prompt_ids, data[i]!.completion_ids));
  const count = sequences.reduce((total, { targets }) => total + targets.length, 0);
  const loss: Pass['loss'] = (statistics, batch) => negativeLogLikelihood(sequenceLogpsOf(statistics, batch), count);
  yield* compareGradients(parity, 'grad_sft', check.loss, { sequences, readout: 'tokens', loss });
  parity.model.removeParameters('policy');
}

async function* rewardGradients(parity: ParityCase): AsyncGenerator<CheckResult> {
  const { grad_check: check, data } = parity.expected.reward!;
  parity.model.addParameters('policy', await parity.adapter(check.adapter));
  const head = loadRewardHead(await parity.head(check.head));
  const rows = check.examples.map((i) => data[i]!);
  const sequences = [...rows.map((row) => row.chosen_ids), ...rows.map((row) => row.rejected_ids)].map(lastTokenOnly);
  const loss: Pass['loss'] = (hidden) => {
    const rewards = rewardOf(hidden, head.views());
    const losses = rewardLoss(part(rewards, 0, rows.length), part(rewards, rows.length, rows.length), {
      margin: 0,
      centring: 0,
    });
    return div(sum(losses), rows.length);
  };
  yield* compareGradients(parity, 'grad_reward', check.loss, {
    sequences,
    readout: 'hidden',
    extra: head.views(),
    loss,
  });
  head.dispose();
  parity.model.removeParameters('policy');
}

async function* dpoGradients(parity: ParityCase): AsyncGenerator<CheckResult> {
  const { losses, dpo_round1 } = parity.expected;
  const { examples, beta, grad_check: check, policy_adapter } = losses!;
  const rows = examples.map((i) => (dpo_round1!.data as DpoRow[])[i]!);
  const responses = [...rows.map((row) => row.chosen_ids), ...rows.map((row) => row.rejected_ids)];
  const prompts = [...rows, ...rows].map((row) => row.prompt_ids);
  const examplesOf = responses.map((responseIds, i) => ({ promptIds: prompts[i]!, responseIds }));
  const reference = await sequenceLogps({
    model: parity.model,
    parameters: null,
    sequences: examplesOf,
    batchSize: 8,
    gate: ready,
  });
  parity.model.addParameters('policy', await parity.adapter(policy_adapter));
  const frozen = asVector(fromHost(reference, [reference.length]));
  const loss: Pass['loss'] = (statistics, batch) => {
    const logps = sequenceLogpsOf(statistics, batch);
    const inputs = {
      chosenLogps: part(logps, 0, rows.length),
      rejectedLogps: part(logps, rows.length, rows.length),
      referenceChosenLogps: part(frozen, 0, rows.length),
      referenceRejectedLogps: part(frozen, rows.length, rows.length),
    };
    return div(sum(dpoLoss(inputs, { beta, labelSmoothing: 0 })), rows.length);
  };
  const sequences = examplesOf.map(({ promptIds, responseIds }) => responseTargets(promptIds, responseIds));
  yield* compareGradients(parity, 'grad_dpo', check.loss, { sequences, readout: 'tokens', loss });
  frozen.dispose();
  parity.model.removeParameters('policy');
}
