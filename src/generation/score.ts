/** Rewards of responses by the reward model: adapter plus head on the last token's state. */
import type { RewardHead } from '../model/adapter-types';
import type { LanguageModel } from '../model/language-model';
import { loadRewardHead } from '../model/reward-head';
import { rewardsOf } from '../model/rewards';

export interface ScoreArguments {
  model: LanguageModel;
  /** Name of the reward model's parameter set, or null for the bare base. */
  parameters: string | null;
  head: RewardHead;
  /** Prompt, response and end token, as ids. */
  sequences: number[][];
  batchSize: number;
  gate: () => Promise<void>;
  onProgress(done: number, total: number): void;
}

/** One reward a sequence, in order. */
export async function scoreSequences({ head, ...rest }: ScoreArguments): Promise<Float32Array> {
  const loaded = loadRewardHead(head);
  try {
    return await rewardsOf({ ...rest, head: loaded });
  } finally {
    loaded.dispose();
  }
}
