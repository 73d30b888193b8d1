/** How much better or worse one model's response is than another's, prompt by prompt: order, filters, totals. Pure. */
import type { AnsweredPrompt } from '../../../protocol/evaluation';
import { scoreBy, type Judge } from './judges';

/** Which model is compared with which, and by whose score. */
export interface Comparison {
  model: string;
  against: string;
  judge: Judge;
}

export interface AnswerChange {
  prompt: AnsweredPrompt;
  /** Score of `model`'s response minus that of `against`; null where one is missing. */
  change: number | null;
}

export const changeOrders = {
  largest: 'Largest changes first',
  gains: 'Largest gains first',
  losses: 'Largest losses first',
  prompts: 'Order of the prompts',
} as const;
export type ChangeOrder = keyof typeof changeOrders;

export type ChangeKind = 'all' | 'gains' | 'losses' | 'equal';

export function changesOf(prompts: readonly AnsweredPrompt[], { model, against, judge }: Comparison): AnswerChange[] {
  return prompts.map((prompt) => {
    const score = (name: string): number | null => {
      const answer = prompt.responses.find((candidate) => candidate.model === name);
      return answer ? scoreBy(judge, answer) : null;
    };
    const [after, before] = [score(model), score(against)];
    return { prompt, change: after === null || before === null ? null : after - before };
  });
}

/** What comes first, for each order; prompts without a comparison come last. Equal ones keep the prompts' order. */
const rank: Readonly<Record<ChangeOrder, (change: number) => number>> = {
  largest: (change) => -Math.abs(change),
  gains: (change) => -change,
  losses: (change) => change,
  prompts: () => 0,
};

export function inOrder(changes: readonly AnswerChange[], order: ChangeOrder): AnswerChange[] {
  const place = ({ change }: AnswerChange) =>
    order !== 'prompts' && change === null ? Number.POSITIVE_INFINITY : rank[order](change ?? 0);
  return changes.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}

export function isKind({ change }: AnswerChange, kind: ChangeKind): boolean {
  if (kind === 'all') return true;
  if (change === null) return false;
  return kind === 'gains' ? change > 0 : kind === 'losses' ? change < 0 : change === 0;
}

/** Whether prompt or one of the responses of `models` has all words of `text`, in any case. */
export function hasText({ prompt }: AnswerChange, text: string, models: readonly string[]): boolean {
  const answers = prompt.responses.filter(({ model }) => models.includes(model)).map((answer) => answer.text);
  const whole = [prompt.prompt, ...answers].join('\n').toLowerCase();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => whole.includes(word));
}

/** The models as columns: the two that are compared first, which the change is about, then the others in their order. */
export function inComparisonOrder(models: readonly string[], { model, against }: Comparison): string[] {
  const compared = [model, against].filter((name) => models.includes(name));
  return [...compared, ...models.filter((name) => !compared.includes(name))];
}

export interface ChangeTotals {
  gains: number;
  losses: number;
  equal: number;
  /** null without a comparison. */
  mean: number | null;
}

export function totalsOf(changes: readonly AnswerChange[]): ChangeTotals {
  const known = changes.flatMap(({ change }) => (change === null ? [] : [change]));
  return {
    gains: known.filter((change) => change > 0).length,
    losses: known.filter((change) => change < 0).length,
    equal: known.filter((change) => change === 0).length,
    mean: known.length === 0 ? null : known.reduce((sum, change) => sum + change, 0) / known.length,
  };
}

/** The last model against SFT; without SFT, or where SFT is the last, against the one before it. */
export function usualComparison(models: readonly string[], judge: Judge): Comparison {
  const model = models.at(-1) ?? '';
  const before = models.at(-2) ?? model;
  return { model, against: model !== 'sft' && models.includes('sft') ? 'sft' : before, judge };
}
