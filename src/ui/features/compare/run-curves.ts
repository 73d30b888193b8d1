/** The training curves of some runs laid over each other: which stages can be compared, and one measure of all as one curve. Pure. */
import { isTraining } from '../../../protocol/status';
import type { MetricPoint, RunState, StageState } from '../../../protocol/run-state';
import { createCurve, type Curve } from '../../../store/curve';
import type { MetricGroup } from '../../charts/metric-groups';
import { metricName } from '../../primitives/metric-names';
import { runLine } from './run-lines';

export interface CurveMeasure {
  title: string;
  /** What the trainers call it, one of these. */
  metrics: readonly [string, ...string[]];
  domain?: readonly [number, number];
}

export const curveMeasures: readonly CurveMeasure[] = [
  { title: 'Loss', metrics: ['loss'] },
  { title: 'Margin', metrics: ['rewards/margins', 'margin'] },
  { title: 'Accuracy', metrics: ['rewards/accuracies', 'accuracy', 'token_accuracy'], domain: [0, 1] },
  { title: 'KL to the reference', metrics: ['kl'] },
  { title: 'KL to SFT', metrics: ['kl_sft'] },
];

/** Stages of training that any of the runs has curves of, in the order in which they run. */
export function comparedStages(
  runs: readonly Pick<RunState, 'id' | 'stages'>[],
  hasCurve: (runId: string, stageId: string) => boolean,
): Pick<StageState, 'id' | 'kind' | 'round'>[] {
  const found = new Map<string, StageState>();
  for (const run of runs)
    for (const stage of run.stages) if (isTraining(stage) && hasCurve(run.id, stage.id)) found.set(stage.id, stage);
  const order = ['sft', 'reward', 'referee', 'train'];
  return [...found.values()].toSorted((a, b) => a.round - b.round || order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** The metric of the measure that the curves of a stage have; undefined when they have none. */
const metricOf = ({ metrics }: CurveMeasure, curves: readonly (Curve | null)[]): string | undefined =>
  metrics.find((metric) => curves.some((curve) => curve?.values(metric)));

export interface MergedCurve {
  /** Its metrics are the runs, by their names; it has a point for every step of any of them. */
  curve: Curve;
  /** What the trainers call the measure in this stage. */
  metric: string;
}

/**
 * One measure of several runs in one stage as one curve.
 * @param curves by run; null for one without
 * @param names by run, all different
 * @returns null when none of them has it
 */
export function mergedCurve(
  measure: CurveMeasure,
  curves: readonly (Curve | null)[],
  names: readonly string[],
): MergedCurve | null {
  const metric = metricOf(measure, curves);
  if (metric === undefined) return null;
  const points = new Map<number, MetricPoint>();
  for (const [run, curve] of curves.entries()) {
    const values = curve?.values(metric);
    if (!curve || !values) continue;
    for (const [index, step] of curve.steps().entries()) {
      const value = values[index] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const point = points.get(step) ?? { step, values: {} };
      point.values[names[run] ?? ''] = value;
      points.set(step, point);
    }
  }
  if (points.size === 0) return null;
  const merged = createCurve(points.size);
  merged.append([...points.values()].toSorted((a, b) => a.step - b.step));
  return { curve: merged, metric };
}

/** How the merged curve is drawn: a line for each run that has the measure, in the run's own look. */
export function curveGroup(
  measure: CurveMeasure,
  { curve, metric: about }: MergedCurve,
  names: readonly string[],
): MetricGroup {
  const { title, domain } = measure;
  const { unit, kind } = metricName(about);
  const series = names.map((name, run) => ({ metric: name, label: name, fixed: true, ...runLine(run) }));
  return {
    ...{ title, unit, kind, metric: about },
    series: series.filter(({ metric }) => curve.values(metric) !== null),
    ...(domain && { domain }),
  };
}
