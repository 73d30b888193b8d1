/** A run's evaluation as the page shows it. Checked once for each result: it holds every answer of every model. */
import { shownEvaluationSchema, type ShownEvaluation } from '../../protocol/evaluation';

const checked = new WeakMap<object, ShownEvaluation | null>();

/** null before there is one, and for one that this version cannot read */
export function shownEvaluation(evaluation: unknown): ShownEvaluation | null {
  if (typeof evaluation !== 'object' || evaluation === null) return null;
  const known = checked.get(evaluation);
  if (known !== undefined) return known;
  const parsed = shownEvaluationSchema.safeParse(evaluation);
  const shown = parsed.success ? parsed.data : null;
  checked.set(evaluation, shown);
  return shown;
}
