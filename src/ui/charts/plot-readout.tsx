/** The legend of a live chart with its values: at the step under the pointer of any chart, else at the latest step. */
import { useStore } from 'zustand';
import type { Curve } from '../../store/curve';
import { formatInteger, formatSeconds } from '../primitives/format';
import { formatFigure } from '../primitives/metric-names';
import type { ChartView } from './chart-view';
import { LegendMark } from './legend-mark';
import type { MetricGroup } from './metric-groups';
import type { EarlierRound } from './plot-layout';
import styles from './plot.module.css';
import { readoutAt } from './readout';
import { firstNotBelow } from './thin';

interface PlotReadoutProps {
  view: ChartView;
  group: MetricGroup;
  curve: Curve;
  earlier: readonly EarlierRound[];
}

function placeText(curve: Curve, step: number): string {
  const seconds = curve.seconds()[firstNotBelow(curve.steps(), step)];
  const time = seconds === undefined || Number.isNaN(seconds) ? '' : `, ${formatSeconds(seconds)}`;
  return `step ${formatInteger(step)}${time}`;
}

export function PlotReadout({ view, group, curve, earlier }: PlotReadoutProps) {
  const hovered = useStore(view, ({ step }) => step);
  const settings = useStore(view, (state) => state.settings);
  const step = hovered ?? curve.steps().at(-1);
  if (step === undefined) return null;
  return (
    <div className={styles['readout']} data-testid="readout" data-step={step}>
      {readoutAt(group, curve, earlier, settings, step).map(({ label, color, dash, value }) => (
        <span key={label} className={styles['entry']} data-value={value ?? undefined}>
          <LegendMark color={color} dash={dash} />
          {label} <b>{value === null ? '–' : formatFigure(group.kind, value)}</b>
        </span>
      ))}
      <span className={styles['at']}>{placeText(curve, step)}</span>
    </div>
  );
}
