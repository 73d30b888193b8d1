/** Summed log-probabilities of responses under a frozen set. */
import { pairTargets, responseTargets, type PairIds } from '../model/batch';
import type { LanguageModel } from '../model/language-model';
import type { SftExample } from './settings';
import { chunk } from './schedule';

interface LogpsArguments {
  model: LanguageModel;
  /** Name of the parameter set, or null for the base model. */
  parameters: string | null;
  /** Sequences, or pairs, of one pass. */
  batchSize: number;
  gate: () => Promise<void>;
}

export interface SequenceLogpsArguments extends LogpsArguments {
  sequences: SftExample[];
}

/** Natural-log probability of each response given its prompt, summed over its tokens. [sequences], in order. */
export async function sequenceLogps({ model, parameters, sequences, batchSize, gate }: SequenceLogpsArguments) {
  const logps = new Float32Array(sequences.length);
  let done = 0;
  for (const part of chunk(sequences, batchSize)) {
    await gate();
    const groups = part.map(({ promptIds, responseIds }) => [responseTargets(promptIds, responseIds)]);
    for (const { logp } of await model.figures({ groups, parameters })) logps[done++] = logp;
  }
  return logps;
}

/** Log-probabilities of pairs' responses. [pairs] each. */
export interface PairLogps {
  chosen: Float32Array;
  rejected: Float32Array;
}

/** Both responses of each pair in one group, so that an engine can compute their prompt once. */
export async function pairLogps({
  model,
  parameters,
  pairs,
  batchSize,
  gate,
}: LogpsArguments & { pairs: readonly PairIds[] }): Promise<PairLogps> {
  const logps = { chosen: new Float32Array(pairs.length), rejected: new Float32Array(pairs.length) };
  let done = 0;
  for (const part of chunk(pairs, batchSize)) {
    await gate();
    const figures = await model.figures({ groups: part.map(pairTargets), parameters });
    part.forEach((_, i) => {
      logps.chosen[done + i] = figures[2 * i]!.logp;
      logps.rejected[done + i] = figures[2 * i + 1]!.logp;
    });
    done += part.length;
  }
  return logps;
}
