/** Rewards of whole sequences without gradients, with a head that is on the GPU already. */
import { dispose, tidy, toHost } from '../ops/tensor';
import { lastTokenOnly } from './batch';
import type { LanguageModel } from './language-model';
import type { ParameterStore } from './parameter-store';
import { prefixGroups } from './prefix-groups';
import { rewardOf } from './reward-head';

export interface RewardsArguments {
  model: LanguageModel;
  parameters: string | null;
  head: ParameterStore;
  /** Prompt, response and end token, as ids. */
  sequences: number[][];
  batchSize: number;
  gate: () => Promise<void>;
  onProgress?(done: number, total: number): void;
}

/** One reward a sequence, in order. */
export async function rewardsOf({
  model,
  parameters,
  head,
  sequences,
  batchSize,
  gate,
  onProgress,
}: RewardsArguments): Promise<Float32Array> {
  const rewards = new Float32Array(sequences.length);
  for (let start = 0; start < sequences.length; start += batchSize) {
    await gate();
    const groups = prefixGroups(sequences.slice(start, start + batchSize)).map((group) => group.map(lastTokenOnly));
    const hidden = await model.states({ groups, parameters });
    const values = tidy(() => rewardOf(hidden, head.views()));
    rewards.set(await toHost(values), start);
    dispose([hidden, values]);
    onProgress?.(Math.min(start + batchSize, sequences.length), sequences.length);
  }
  return rewards;
}
