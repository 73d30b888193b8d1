/** Every loss against the values TRL computed from the same log-probabilities, for all golden cases. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { chosenNllPerToken, negativeLogLikelihood } from '../../../src/losses/likelihood';
import { pairLosses } from '../../../src/losses/pair-losses';
import { dpoLoss } from '../../../src/losses/preference-losses';
import type { PairInputs } from '../../../src/losses/preference-losses';
import { bcoLoss, klEstimate, ktoLoss, ktoPairLoss, meanImplicitReward } from '../../../src/losses/unpaired-losses';
import { goldenLoss, otherForms } from '../../parity/golden-losses';

interface GoldenValue {
  batch?: number;
  per_pair?: number[];
  losses_chosen_then_rejected?: number[];
  delta?: number;
  kl_chosen?: number;
  kl_rejected?: number;
}
interface Expected {
  losses: Record<
    'chosen_logps' | 'rejected_logps' | 'ref_chosen_logps' | 'ref_rejected_logps' | 'chosen_tokens' | 'rejected_tokens',
    number[]
  > & { values: Record<string, GoldenValue> };
  kto: {
    beta: number;
    desirable_weight: number;
    undesirable_weight: number;
    label: boolean[];
    logratios: number[];
    kl: number;
    loss: number;
  };
}

const roots = ['test/fixtures/golden', '../shared/golden'].filter((root) => existsSync(root));
const folders = new Map<string, string>();
for (const root of roots.toReversed()) {
  for (const name of readdirSync(root)) {
    const file = join(root, name, 'expected.json');
    if (existsSync(file)) folders.set(name, file);
  }
}
const cases = [...folders].flatMap(([name, file]) => {
  const expected = JSON.parse(readFileSync(file, 'utf8')) as Partial<Expected>;
  return expected.losses ? [{ name, expected: expected as Expected }] : [];
});

function pairInputs({ losses }: Expected): PairInputs {
  return {
    chosenLogps: tf.tensor1d(losses.chosen_logps),
    rejectedLogps: tf.tensor1d(losses.rejected_logps),
    referenceChosenLogps: tf.tensor1d(losses.ref_chosen_logps),
    referenceRejectedLogps: tf.tensor1d(losses.ref_rejected_logps),
    chosenLengths: tf.tensor1d(losses.chosen_tokens),
    rejectedLengths: tf.tensor1d(losses.rejected_tokens),
  };
}

/** Relative error 1e-3 as golden/README.md suggests for loss types; 1e-4 absolute where values pass near 0. */
function expectClose(actual: ArrayLike<number>, wanted: readonly number[], what: string): void {
  expect(actual.length, what).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs((actual[i] ?? NaN) - value), `${what}[${i}]`).toBeLessThan(1e-4 + 1e-3 * Math.abs(value));
  });
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.skipIf(cases.length === 0)('golden losses', () => {
  describe.each(cases)('$name', ({ expected }) => {
    const names = Object.keys(expected.losses.values).filter((name) => !(name in otherForms));

    it.each(names)('%s', (name) => {
      const wanted = expected.losses.values[name] ?? {};
      const { loss, parameters } = goldenLoss(name);
      const compute = pairLosses[loss];
      if (!compute) throw new Error(`no loss ${loss}`);
      const values = compute(pairInputs(expected), parameters);
      if (wanted.per_pair) expectClose(values.dataSync(), wanted.per_pair, name);
      if (wanted.batch !== undefined && loss !== 'sft') expectClose(tf.mean(values).dataSync(), [wanted.batch], name);
      expect(wanted.per_pair ?? wanted.batch).toBeDefined();
    });

    it('sft over the batch and the weighted sum sigmoid + 0.2 sft', () => {
      const inputs = pairInputs(expected);
      const tokens = expected.losses.chosen_tokens.reduce((sum, n) => sum + n, 0);
      const nll = negativeLogLikelihood(inputs.chosenLogps, tokens);
      expectClose(nll.dataSync(), [expected.losses.values['sft']?.batch ?? NaN], 'sft');
      const sigmoid = dpoLoss(inputs, { beta: 0.1, labelSmoothing: 0 });
      const wanted = expected.losses.values['sigmoid+sft weights 1.0,0.2 (RPO / MPO style)'];
      expectClose(
        tf.add(sigmoid, tf.mul(chosenNllPerToken(inputs), 0.2)).dataSync(),
        wanted?.per_pair ?? [],
        'rpo pairs',
      );
      expectClose(tf.add(tf.mean(sigmoid), tf.mul(nll, 0.2)).dataSync(), [wanted?.batch ?? NaN], 'rpo batch');
    });

    it('bco with its reward shift', () => {
      const inputs = pairInputs(expected);
      const wanted = expected.losses.values['bco(delta=batch mean of all rewards)'];
      const delta = meanImplicitReward(inputs, { beta: 0.1 });
      expectClose(delta.dataSync(), [wanted?.delta ?? NaN], 'delta');
      const { chosen, rejected } = bcoLoss(inputs, { beta: 0.1, delta });
      expectClose(tf.concat([chosen, rejected]).dataSync(), wanted?.losses_chosen_then_rejected ?? [], 'bco');
    });

    it('legacy kto_pair with its KL estimates', () => {
      const inputs = pairInputs(expected);
      const wanted = expected.losses.values['kto_pair (legacy formula, hand-written)'];
      const a: tf.Tensor1D = tf.sub(inputs.chosenLogps, inputs.referenceChosenLogps);
      expectClose(klEstimate(a).dataSync(), [wanted?.kl_chosen ?? NaN], 'kl');
      const { chosen, rejected } = ktoPairLoss(inputs, { beta: 0.1 });
      expectClose(tf.concat([chosen, rejected]).dataSync(), wanted?.losses_chosen_then_rejected ?? [], 'kto_pair');
    });

    it('kto batch', () => {
      const { kto } = expected;
      const losses = ktoLoss(tf.tensor1d(kto.logratios), tf.tensor1d(kto.label.map(Number)), {
        beta: kto.beta,
        desirableWeight: kto.desirable_weight,
        undesirableWeight: kto.undesirable_weight,
        kl: kto.kl,
      });
      expectClose(tf.mean(losses).dataSync(), [kto.loss], 'kto');
    });
  });
});
