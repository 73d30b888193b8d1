/** What a person can say about two responses without knowing more than their texts, each with its key. */
import type { BlindVote } from '../../../protocol/pair-review';

export const voteChoices: readonly { better: BlindVote['better']; label: string; hotkey: string }[] = [
  { better: 'left', label: 'Left is better', hotkey: '1' },
  { better: 'right', label: 'Right is better', hotkey: '2' },
  { better: 'tie', label: 'Neither', hotkey: '3' },
];
