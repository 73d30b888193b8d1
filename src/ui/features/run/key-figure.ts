/** The one figure that says most about a finished stage. Pure. */
import type { StageState } from '../../../protocol/run-state';
import { glossary } from '../../primitives/glossary';
import { formatInteger, formatNumber, formatPercent } from '../../primitives/format';

export interface KeyFigure {
  value: string;
  /** What the value is, in the glossary's words. */
  label: string;
}

/** The glossary's names of these figures. */
const metrics: Readonly<Record<string, string>> = {
  perplexity: 'perplexity',
  'held-out accuracy': 'held_out_accuracy',
  accuracy: 'accuracy',
  'pairs kept': 'pairs_kept',
  'wins against SFT': 'win_rate',
  'reward of SFT': 'reward',
};

/** What a figure means, in a sentence or two; undefined for one that says it itself. */
export const figureHelp = ({ label }: KeyFigure): string | undefined => glossary[metrics[label] ?? ''];

type Summary = StageState['summary'];

function of(summary: Summary, metric: string, label: string, show: (value: number) => string): KeyFigure | null {
  const value = summary[metric];
  return value === undefined ? null : { value: show(value), label };
}

const short = (value: number) => formatNumber(value, 3);

/** null while the stage has not finished, or for one of an earlier version that did not note the figure */
export function keyFigure({ kind, summary }: Pick<StageState, 'kind' | 'summary'>): KeyFigure | null {
  switch (kind) {
    case 'sft':
      return of(summary, 'perplexity', 'perplexity', short);
    case 'reward':
    case 'referee':
      return (
        of(summary, 'held_out_accuracy', 'held-out accuracy', formatPercent) ??
        of(summary, 'accuracy', 'accuracy', formatPercent)
      );
    case 'generate':
      return of(summary, 'responses', 'responses', formatInteger);
    case 'score': {
      const kept = of(summary, 'kept', 'pairs kept', formatInteger);
      return kept && { ...kept, value: `${kept.value} of ${formatInteger(summary['pairs'] ?? 0)}` };
    }
    case 'train':
      return of(summary, 'rewards/accuracies', 'accuracy', formatPercent);
    case 'evaluate':
      return (
        of(summary, 'win_rate_against_sft', 'wins against SFT', formatPercent) ??
        of(summary, 'reward_sft', 'reward of SFT', short)
      );
  }
}
