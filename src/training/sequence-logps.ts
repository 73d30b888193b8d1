/** Summed response log-probabilities without gradients: reference of DPO, evaluation, KL. */
import { createBatch, disposeBatch, responseTargets } from '../model/batch';
import { runForward } from '../model/forward-backward';
import type { LanguageModel } from '../model/language-model';
import type { SftExample } from './settings';
import { readStatistics } from './token-readout';
import { chunk } from './schedule';

export interface SequenceLogpsArguments {
  model: LanguageModel;
  /** Name of the parameter set, or null for the base model. */
  parameters: string | null;
  sequences: SftExample[];
  batchSize: number;
  gate: () => Promise<void>;
}

/** Natural-log probability of each response given its prompt, summed over its tokens. [sequences], in order. */
export async function sequenceLogps({
  model,
  parameters,
  sequences,
  batchSize,
  gate,
}: SequenceLogpsArguments): Promise<Float32Array> {
  const logps = new Float32Array(sequences.length);
  let done = 0;
  for (const part of chunk(sequences, batchSize)) {
    await gate();
    const targets = part.map(({ promptIds, responseIds }) => responseTargets(promptIds, responseIds));
    const batch = createBatch(targets, model.config.contextLength);
    const figures = await readStatistics(runForward(model, { batch, parameters, readout: 'tokens' }), batch, targets);
    disposeBatch(batch);
    for (const { logp } of figures) logps[done++] = logp;
  }
  return logps;
}
