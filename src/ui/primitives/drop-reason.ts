/** Why a pair was dropped, in words. */
import type { DropReason } from '../../protocol/preference';

const titles: Readonly<Record<DropReason, string>> = {
  empty: 'empty response',
  identical: 'identical responses',
  'near-identical': 'nearly identical responses',
  tie: 'equal rewards',
  margin: 'margin too small',
  truncated: 'cut at the length limit',
  unsafe: 'safety rules',
  'too-long': 'too long',
  'prompt-mismatch': 'prompts differ',
};

const byName: Readonly<Record<string, string>> = { ...titles, duplicate: 'duplicate' };

export const dropReasonTitle = (reason: string): string => byName[reason] ?? reason;
