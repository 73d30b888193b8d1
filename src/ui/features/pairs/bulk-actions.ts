/** What can be done with many pairs at once, and how it is asked about. */
import type { BulkAction } from '../../../protocol/pairs';

export interface BulkOffer {
  action: BulkAction;
  label: string;
  /** The question before it is done, and what it means; null where it is done at once, as training does not change. */
  asked: { question: (pairs: string) => string; consequence: string } | null;
}

export const bulkOffers: readonly BulkOffer[] = [
  {
    action: 'keep',
    label: 'Keep',
    asked: {
      question: (pairs) => `Keep ${pairs}?`,
      consequence: 'Each is trained on, also where a filter dropped it.',
    },
  },
  {
    action: 'flip',
    label: 'Flip',
    asked: {
      question: (pairs) => `Flip ${pairs}?`,
      consequence: 'In each the rejected response becomes the chosen one.',
    },
  },
  {
    action: 'tie',
    label: 'Tie',
    asked: {
      question: (pairs) => `Call it a tie in ${pairs}?`,
      consequence: 'Neither response is better: none of them is trained on.',
    },
  },
  {
    action: 'drop',
    label: 'Drop',
    asked: { question: (pairs) => `Drop ${pairs}?`, consequence: 'None of them is trained on.' },
  },
  { action: 'flag', label: 'Flag', asked: null },
  { action: 'unflag', label: 'Unflag', asked: null },
  {
    action: 'clear',
    label: 'Clear decisions',
    asked: {
      question: (pairs) => `Clear the decisions about ${pairs}?`,
      consequence: 'Decisions, edits and flags of these pairs are taken away.',
    },
  },
];
