/** Single-file exports besides LoRA adapters: the reward head, and the full weights of full-parameter training. */
import type { FullWeights, NamedTensor, RewardHead } from '../model/adapter-types';
import type { ModelConfig } from '../model/config';
import { InputError } from '../protocol/errors';
import { openCheckpoint } from './checkpoint';
import { readSafetensors, writeSafetensors } from './safetensors';

const rewardHeadName = 'reward_head.safetensors';
/** Width of the head's hidden layer: Linear(h, 512) - ReLU - Dropout - Linear(512, 1). */
const headWidth = 512;

/** The reward head as reward_head.safetensors, fp32. Equal heads give equal bytes. */
export function exportRewardHead(head: RewardHead): Uint8Array<ArrayBuffer> {
  return writeSafetensors(head);
}

/**
 * A reward head for a model of `hiddenSize`, in the order "0.weight", "0.bias", "3.weight", "3.bias".
 * @throws InputError when a tensor is missing, unknown, of another shape, or not finite
 */
export async function importRewardHead(blob: Blob, hiddenSize: number): Promise<RewardHead> {
  const found = await readSafetensors(blob, rewardHeadName);
  const shapes: [string, number[]][] = [
    ['0.weight', [headWidth, hiddenSize]],
    ['0.bias', [headWidth]],
    ['3.weight', [1, headWidth]],
    ['3.bias', [1]],
  ];
  const extra = [...found.keys()].find((name) => !shapes.some(([known]) => known === name));
  if (extra !== undefined) throw new InputError(`${rewardHeadName}: tensor "${extra}" is no part of a reward head.`);
  return new Map(shapes.map(([name, shape]) => [name, checkHeadTensor(found.get(name), name, shape)]));
}

function checkHeadTensor(tensor: NamedTensor | undefined, name: string, shape: number[]): NamedTensor {
  const expected = `[${shape.join(', ')}]`;
  if (!tensor) throw new InputError(`${rewardHeadName}: tensor "${name}" ${expected} is missing.`);
  if (tensor.shape.join() !== shape.join()) {
    throw new InputError(
      `${rewardHeadName}: tensor "${name}" has shape [${tensor.shape.join(', ')}]; expected ${expected} for this model.`,
    );
  }
  if (!tensor.data.every(Number.isFinite)) {
    throw new InputError(`${rewardHeadName}: tensor "${name}" holds values that are not finite. The file is damaged.`);
  }
  return tensor;
}

/** All weights of a model as model.safetensors, fp32, which transformers loads beside the base's config.json. */
export function exportFullWeights(set: FullWeights): Uint8Array<ArrayBuffer> {
  return writeSafetensors(set.tensors);
}

/** Full weights of the given model from model.safetensors. @throws InputError as `openCheckpoint`. */
export async function importFullWeights(blob: Blob, config: ModelConfig): Promise<FullWeights> {
  const checkpoint = await openCheckpoint(new Map([['model.safetensors', blob]]), config);
  return { kind: 'full', tensors: await checkpoint.loadWeights() };
}
