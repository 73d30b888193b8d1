/** The reward head Linear(h,512) - ReLU - Dropout - Linear(512,1) on the final-norm state of the last real token. */
import { linear } from '../ops/linear';
import { relu } from '../ops/mlp';
import { asVector, mul, type Tensor, type Vector } from '../ops/tensor';
import type { RewardHead } from './adapter-types';
import { createParameterStore, type ParameterStore } from './parameter-store';

export const rewardHeadWidth = 512;

/** A fresh head with torch.nn.Linear's initialisation: weights and biases uniform in +-1/sqrt(in). */
export function initRewardHead(hiddenSize: number, random: (tensorName: string) => () => number): RewardHead {
  const uniform = (name: string, shape: number[], inFeatures: number) => {
    const draw = random(`reward_head.${name}`);
    const bound = 1 / Math.sqrt(inFeatures);
    const length = shape.reduce((a, b) => a * b, 1);
    return { shape, data: Float32Array.from({ length }, () => (draw() * 2 - 1) * bound) };
  };
  return new Map([
    ['0.weight', uniform('0.weight', [rewardHeadWidth, hiddenSize], hiddenSize)],
    ['0.bias', uniform('0.bias', [rewardHeadWidth], hiddenSize)],
    ['3.weight', uniform('3.weight', [1, rewardHeadWidth], rewardHeadWidth)],
    ['3.bias', uniform('3.bias', [1], rewardHeadWidth)],
  ]);
}

/** Puts a head on the GPU; the caller disposes the store. */
export function loadRewardHead(head: RewardHead): ParameterStore {
  return createParameterStore(head, (name) => name.endsWith('.weight'));
}

/** Rewards [batch] of final-norm states [batch, h]. `dropoutMask` [batch, 512] is scaled by 1/(1-p). */
export function rewardOf(hidden: Tensor, head: ReadonlyMap<string, Tensor>, dropoutMask?: Tensor): Vector {
  const part = (name: string) => {
    const tensor = head.get(name);
    if (!tensor) throw new Error(`internal: the reward head has no ${name}`);
    return tensor;
  };
  const inner = relu(linear(hidden, part('0.weight'), part('0.bias')));
  const dropped = dropoutMask ? mul(inner, dropoutMask) : inner;
  return asVector(linear(dropped, part('3.weight'), part('3.bias')));
}
