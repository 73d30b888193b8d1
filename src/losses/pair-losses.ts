/**
 * The table of pair losses by the name TRL gives them (in the golden files: the part of a name before its parameters).
 * All take PairInputs and LossParameters and return one value a pair, [batch]; a batch's loss is their mean.
 * Leaves out losses of another form: KTO and BCO (unpaired-losses.ts), the reward loss, WPO and LD weights.
 */
import type * as tf from '@tensorflow/tfjs';
import * as anchored from './anchored-losses';
import * as divergence from './divergence-losses';
import * as preference from './preference-losses';
import type { LossParameters, PairInputs } from './preference-losses';
import * as free from './reference-free-losses';
import { aotLoss, aotUnpairedLoss } from './transport-losses';
import { chosenNllPerToken } from './likelihood';

export type PairLoss = (inputs: PairInputs, parameters: LossParameters) => tf.Tensor1D;

/** TRL's defaults, which the golden values use where their name says nothing else. */
export const defaultLossParameters: Readonly<LossParameters> = {
  beta: 0.1,
  labelSmoothing: 0,
  tau: 0.05,
  gamma: 1,
  alpha: 0.5,
};

export const pairLosses: Readonly<Record<string, PairLoss>> = {
  /** As in TRL 1.13, without label smoothing; `cdpo` has it. */
  sigmoid: (inputs, { beta }) => preference.dpoLoss(inputs, { beta, labelSmoothing: 0 }),
  cdpo: preference.dpoLoss,
  robust: preference.robustLoss,
  hinge: preference.hingeLoss,
  ipo: preference.ipoLoss,
  sigmoid_norm: preference.sigmoidNormLoss,
  exo_pair: anchored.exoPairLoss,
  nca_pair: anchored.ncaPairLoss,
  bco_pair: anchored.bcoPairLoss,
  sppo_hard: anchored.sppoHardLoss,
  apo_zero: anchored.apoZeroLoss,
  apo_down: anchored.apoDownLoss,
  discopop: anchored.discopopLoss,
  aot: aotLoss,
  aot_unpaired: aotUnpairedLoss,
  'sigmoid/forward_kl': divergence.forwardKlLoss,
  'sigmoid/js_divergence': divergence.jsDivergenceLoss,
  'sigmoid/alpha_divergence': divergence.alphaDivergenceLoss,
  simpo: free.simpoLoss,
  cpo_sigmoid: free.cpoLoss,
  cpo_hinge: free.cpoHingeLoss,
  cpo_ipo: free.cpoIpoLoss,
  orpo_odds_ratio: free.orpoOddsRatio,
  sft: chosenNllPerToken,
};
