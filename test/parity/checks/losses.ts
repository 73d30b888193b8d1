/** Every loss type from the engine's own log-probabilities, and one KTO batch. */
import { pairLosses } from '../../../src/losses/pair-losses';
import type { LossParameters, PairInputs } from '../../../src/losses/preference-losses';
import { ldAlphaLogps, meanAlignedLogps, wpoWeights } from '../../../src/losses/token-weights';
import { bcoLoss, klEstimate, ktoLoss, ktoPairLoss } from '../../../src/losses/unpaired-losses';
import { dpoLoss } from '../../../src/losses/preference-losses';
import { chosenNllPerToken } from '../../../src/losses/likelihood';
import { add, asVector, fromHost, mul, scalar, type Tensor, type Vector } from '../../../src/ops/tensor';
import { sequenceLogps } from '../../../src/training/sequence-logps';
import { logSoftmaxRow } from '../log-softmax';
import { absolute, maxAbsolute, ready, relative, type Check, type CheckResult, type ParityCase } from '../case';
import type { DpoRow, LossValue } from '../expected';
import { goldenLoss } from '../golden-losses';

/** Token log-probabilities and log sum p^2 of one response, by the engine's logits. */
interface TokenRow {
  logps: number[];
  logSumSquares: number[];
}

interface Side {
  logps: number[];
  tokens: TokenRow[];
}

const vector = (values: ArrayLike<number>): Vector => asVector(fromHost(Float32Array.from(values), [values.length]));

async function tokenRow(
  parity: ParityCase,
  parameters: string | null,
  promptIds: number[],
  responseIds: number[],
): Promise<TokenRow> {
  const ids = [...promptIds, ...responseIds];
  const { logits } = await parity.model.inspect(parameters, ids);
  const width = logits.length / ids.length;
  const rows = responseIds.map((_, i) => logSoftmaxRow(logits, promptIds.length - 1 + i, width));
  return {
    logps: rows.map((row, i) => row[responseIds[i]!]!),
    logSumSquares: rows.map((row) => Math.log(row.reduce((sum, logp) => sum + Math.exp(2 * logp), 0))),
  };
}

async function side(
  parity: ParityCase,
  parameters: string | null,
  rows: DpoRow[],
  which: 'chosen_ids' | 'rejected_ids',
): Promise<Side> {
  const sequences = rows.map((row) => ({ promptIds: row.prompt_ids, responseIds: row[which] }));
  const logps = await sequenceLogps({ model: parity.model, parameters, sequences, batchSize: 4, gate: ready });
  const tokens: TokenRow[] = [];
  for (const { promptIds, responseIds } of sequences)
    tokens.push(await tokenRow(parity, parameters, promptIds, responseIds));
  return { logps: [...logps], tokens };
}

/** Rows of different length as one padded [batch, longest] tensor. */
function padded(rows: number[][]): Tensor {
  const longest = Math.max(...rows.map((row) => row.length));
  const values = rows.flatMap((row) => [...row, ...new Array<number>(longest - row.length).fill(0)]);
  return fromHost(Float32Array.from(values), [rows.length, longest]);
}

export const checkLosses: Check = async function* (parity) {
  const { losses, dpo_round1 } = parity.expected;
  if (!losses || !dpo_round1) return;
  const rows = losses.examples.map((i) => (dpo_round1.data as DpoRow[])[i]!);
  parity.model.addParameters('policy', await parity.adapter(losses.policy_adapter));
  const sides = {
    chosen: await side(parity, 'policy', rows, 'chosen_ids'),
    rejected: await side(parity, 'policy', rows, 'rejected_ids'),
    referenceChosen: await side(parity, null, rows, 'chosen_ids'),
    referenceRejected: await side(parity, null, rows, 'rejected_ids'),
  };
  parity.model.removeParameters('policy');
  const stored = [losses.chosen_logps, losses.rejected_logps, losses.ref_chosen_logps, losses.ref_rejected_logps];
  const errors = Object.values(sides).map(({ logps }, i) => maxAbsolute(logps, stored[i]!));
  yield absolute('losses.logps', Math.max(...errors), parity.tolerance.summedLogp);
  const inputs: PairInputs = {
    chosenLogps: vector(sides.chosen.logps),
    rejectedLogps: vector(sides.rejected.logps),
    referenceChosenLogps: vector(sides.referenceChosen.logps),
    referenceRejectedLogps: vector(sides.referenceRejected.logps),
    chosenLengths: vector(rows.map((row) => row.chosen_ids.length)),
    rejectedLengths: vector(rows.map((row) => row.rejected_ids.length)),
  };
  for (const [name, wanted] of Object.entries(losses.values))
    yield await checkLoss(name, wanted, inputs, sides, parity.tolerance.lossType);
};

type Sides = Record<'chosen' | 'rejected' | 'referenceChosen' | 'referenceRejected', Side>;

async function checkLoss(
  name: string,
  wanted: LossValue,
  inputs: PairInputs,
  sides: Sides,
  limit: number,
): Promise<CheckResult> {
  const values = await (await lossValues(name, wanted, inputs, sides)).data();
  const target = wanted.losses_chosen_then_rejected ?? wanted.per_pair ?? [wanted.batch!];
  const actual = target.length === values.length ? values : [mean(values)];
  // Relative, with an absolute floor for the values that pass close to 0.
  const errors = target.map((value, i) => Math.abs(actual[i]! - value) / Math.max(Math.abs(value), 0.1));
  return relative(`loss.${name}`, Math.max(...errors), limit);
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

/** Losses that are more than one entry of the table on four vectors. */
async function lossValues(name: string, wanted: LossValue, inputs: PairInputs, sides: Sides): Promise<Tensor> {
  const { loss, parameters } = goldenLoss(name);
  if (name.startsWith('bco(')) return joined(bcoLoss(inputs, { beta: parameters.beta, delta: scalar(wanted.delta!) }));
  if (name.startsWith('kto_pair')) return joined(ktoPairLoss(inputs, parameters));
  if (name.startsWith('sigmoid+sft')) return add(dpoLoss(inputs, parameters), mul(chosenNllPerToken(inputs), 0.2));
  if (name.includes('ld_alpha')) return dpoLoss(withLdAlpha(inputs, sides, Number(name.split('=')[1])), parameters);
  if (name.includes('WPO'))
    return mul(dpoLoss(inputs, parameters), wpoWeights(aligned(sides.chosen), aligned(sides.rejected)));
  const compute = pairLosses[loss];
  if (!compute) throw new Error(`the losses hold nothing called ${loss} (golden name: ${name})`);
  return compute(inputs, parameters as LossParameters);
}

function joined({ chosen, rejected }: { chosen: Vector; rejected: Vector }): Tensor {
  return chosen.concat(rejected);
}

function aligned({ tokens }: Side): Vector {
  const mask = padded(tokens.map(({ logps }) => logps.map(() => 1)));
  return meanAlignedLogps(
    padded(tokens.map(({ logps }) => logps)).as2D(mask.shape[0]!, mask.shape[1]!),
    padded(tokens.map(({ logSumSquares }) => logSumSquares)).as2D(mask.shape[0]!, mask.shape[1]!),
    mask.as2D(mask.shape[0]!, mask.shape[1]!),
  );
}

function withLdAlpha(inputs: PairInputs, sides: Sides, alpha: number): PairInputs {
  const lengths = (which: keyof Sides) => vector(sides[which].tokens.map(({ logps }) => logps.length));
  const weighted = (which: keyof Sides, other: keyof Sides) => {
    const own = padded(sides[which].tokens.map(({ logps }) => logps));
    return ldAlphaLogps(own.as2D(own.shape[0]!, own.shape[1]!), lengths(which), lengths(other), alpha);
  };
  return {
    ...inputs,
    chosenLogps: weighted('chosen', 'rejected'),
    rejectedLogps: weighted('rejected', 'chosen'),
    referenceChosenLogps: weighted('referenceChosen', 'referenceRejected'),
    referenceRejectedLogps: weighted('referenceRejected', 'referenceChosen'),
  };
}

export const checkKto: Check = async function* (parity) {
  const { expected, tolerance } = parity;
  const { kto, losses } = expected;
  if (!kto || !losses) return;
  parity.model.addParameters('policy', await parity.adapter(losses.policy_adapter));
  const ratios = await logRatiosOf(parity, kto.input_ids, kto.attention_mask, kto.completion_mask);
  const klRatios = await logRatiosOf(parity, kto.KL_input_ids, kto.KL_attention_mask, kto.KL_completion_mask);
  parity.model.removeParameters('policy');
  yield absolute('kto.logratios', maxAbsolute(ratios, kto.logratios), tolerance.summedLogp);
  const kl = klEstimate(vector(klRatios));
  yield absolute('kto.kl', Math.abs((await kl.data())[0]! - kto.kl), tolerance.summedLogp);
  const desirable = vector(kto.label.map((label) => (label ? 1 : 0)));
  const { beta, desirable_weight: desirableWeight, undesirable_weight: undesirableWeight } = kto;
  const batch = await ktoLoss(vector(ratios), desirable, { beta, kl, desirableWeight, undesirableWeight }).data();
  yield absolute('kto.loss', Math.abs(mean(batch) - kto.loss), tolerance.dpoLoss);
};

/** log policy - log base of the completion tokens of padded rows. */
async function logRatiosOf(
  parity: ParityCase,
  ids: number[][],
  attention: number[][],
  completion: number[][],
): Promise<number[]> {
  const sequences = ids.map((row, i) => {
    const real = row.filter((_, at) => attention[i]![at] === 1);
    const responseLength = completion[i]!.reduce((a, b) => a + b, 0);
    return { promptIds: real.slice(0, -responseLength), responseIds: real.slice(-responseLength) };
  });
  const of = (parameters: string | null) =>
    sequenceLogps({ model: parity.model, parameters, sequences, batchSize: 8, gate: ready });
  const [policy, base] = [await of('policy'), await of(null)];
  return [...policy].map((logp, i) => logp - base[i]!);
}
