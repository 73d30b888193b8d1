/** The numbers of a live chart as a table: every point in full precision, of the stage and of the earlier rounds shown. Pure. */
import type { Curve } from '../../store/curve';
import { toCsv, type CsvCell } from './csv';
import type { MetricGroup } from './metric-groups';

export interface NamedCurve {
  stage: string;
  curve: Curve;
}

function* rowsOf({ series }: MetricGroup, curves: readonly NamedCurve[]): Generator<CsvCell[]> {
  for (const { stage, curve } of curves) {
    const steps = curve.steps();
    const seconds = curve.seconds();
    const columns = series.map(({ metric }) => curve.values(metric));
    for (const [index, step] of steps.entries()) {
      yield [stage, step, seconds[index], ...columns.map((column) => column?.[index])];
    }
  }
}

/** Columns: stage, step, seconds of work, and the metrics by the names that the trainers report. */
export function metricCsv(group: MetricGroup, curves: readonly NamedCurve[]): string {
  return toCsv(['stage', 'step', 'seconds', ...group.series.map(({ metric }) => metric)], rowsOf(group, curves));
}
