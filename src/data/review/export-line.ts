/** A pair with its decision as a line of TRL's preference format: explicit prompt, as text or as messages. */
import type { PairVerdict } from '../../protocol/pair-review';
import { originalUses, type PairUse } from '../../protocol/pairs';
import type { Prompt } from '../../protocol/preference';
import { replyContent } from '../chat-format';

export interface ExportedPair {
  prompt: Prompt;
  chosen: string;
  rejected: string;
  use: PairUse;
  verdict: PairVerdict | null;
}

/**
 * The texts after review; null for a pair that is left out: by a decision, or by a filter that no decision overrules.
 * An edited synthetic pair that was dropped is left out like its stage leaves it out.
 */
export function reviewedTexts({ chosen, rejected, use, verdict }: ExportedPair) {
  const decision = verdict?.decision ?? null;
  const byItself = use === 'kept' || use === 'voted' || originalUses.some((name) => name === use);
  if (decision === 'tie' || decision === 'drop' || (decision === null && !byItself)) return null;
  const texts = verdict?.edited ?? { chosen, rejected };
  if (texts.chosen.trim() === '' || texts.rejected.trim() === '' || texts.chosen === texts.rejected) return null;
  return decision === 'flip' ? { chosen: texts.rejected, rejected: texts.chosen } : texts;
}

/** One line with its line feed; null for a pair that is left out. */
export function exportLine(pair: ExportedPair): string | null {
  const texts = reviewedTexts(pair);
  if (texts === null) return null;
  const { prompt } = pair;
  if (typeof prompt === 'string')
    return `${JSON.stringify({ prompt, chosen: texts.chosen, rejected: texts.rejected })}\n`;
  const reply = (text: string) => [{ role: 'assistant', content: replyContent(text) }];
  return `${JSON.stringify({ prompt, chosen: reply(texts.chosen), rejected: reply(texts.rejected) })}\n`;
}
