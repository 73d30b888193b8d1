/** The sampling settings in one line: pure. */
import type { PlaygroundSampling } from '../../../protocol/playground';

/** What is off is left out: 'temperature 0.7 · top-p 0.95 · 128 tokens' */
export function samplingSummary(sampling: PlaygroundSampling): string {
  const { temperature, topP, topK, repetitionPenalty, maxNewTokens } = sampling;
  const parts = [
    `temperature ${temperature}`,
    ...(topP < 1 ? [`top-p ${topP}`] : []),
    ...(topK > 0 ? [`top-k ${topK}`] : []),
    ...(repetitionPenalty === 1 ? [] : [`repetition ${repetitionPenalty}`]),
    maxNewTokens === 1 ? '1 token' : `${maxNewTokens} tokens`,
  ];
  return parts.join(' · ');
}
