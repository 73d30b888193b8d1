/** How a name in a golden file's `losses.values` maps to a loss of src/losses and its parameters. */
import { defaultLossParameters } from '../../src/losses/pair-losses';
import type { LossParameters } from '../../src/losses/preference-losses';

const parameterNames: Record<string, keyof LossParameters> = {
  beta: 'beta',
  gamma: 'gamma',
  label_smoothing: 'labelSmoothing',
};

/** Values that are not one table entry on summed log-probabilities, with what tests them instead. */
export const otherForms: Record<string, string> = {
  'bco(delta=batch mean of all rewards)': 'two losses a pair: own test',
  'kto_pair (legacy formula, hand-written)': 'two losses a pair: own test',
  'sigmoid+sft weights 1.0,0.2 (RPO / MPO style)': 'a weighted sum of two losses: own test',
  'sigmoid/ld_alpha=0.5':
    'needs token log-probabilities, which the golden file does not hold: formula test, parity runner',
  'sigmoid/use_weighting (WPO)':
    'needs token distributions, which the golden file does not hold: formula test, parity runner',
};

/** 'ipo beta=0.5' -> ipo with beta 0.5; 'simpo(beta=2.0,gamma=1.0)' -> simpo with both. */
export function goldenLoss(name: string): { loss: string; parameters: LossParameters } {
  const loss = /^[a-z_]+(\/[a-z_]+)?/.exec(name)?.[0] ?? name;
  const parameters: LossParameters = { ...defaultLossParameters };
  for (const [, key, value] of name.matchAll(/([a-z_]+)=([0-9.]+)/g)) {
    const parameter = parameterNames[key ?? ''];
    if (parameter) parameters[parameter] = Number(value);
  }
  return { loss, parameters };
}
