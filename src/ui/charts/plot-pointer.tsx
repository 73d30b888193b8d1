/**
 * What takes the pointer and the keys over a live chart: moving shows a step in all charts, dragging zooms, a double click shows
 * everything again. With the keyboard it is a slider over the steps; + and - zoom, 0 and Escape show everything.
 */
import { useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useStore } from 'zustand';
import type { Curve } from '../../store/curve';
import { formatFigure } from '../primitives/metric-names';
import type { ChartView } from './chart-view';
import type { MetricGroup } from './metric-groups';
import { placesOf, type Plot, type PlotArea } from './plot-layout';
import styles from './plot.module.css';
import { nearest, readoutAt } from './readout';
import { firstNotBelow } from './thin';
import { zoomBy, zoomTo } from './zoom';

/** Less than this is a click. */
const DRAG_PIXELS = 6;
const ZOOM_FACTOR = 2;

interface PlotPointerProps {
  view: ChartView;
  group: MetricGroup;
  curve: Curve;
  plot: Plot;
  area: PlotArea;
}

function Crosshair({ view, curve, plot, area }: Omit<PlotPointerProps, 'group'>) {
  const step = useStore(view, (state) => state.step);
  const places = placesOf(curve, view.getState().settings.axis);
  const place = step === null || !places ? undefined : places[firstNotBelow(curve.steps(), step)];
  if (place === undefined || place < plot.shown[0] || place > plot.shown[1]) return null;
  return (
    <div
      className={styles['crosshair']}
      data-testid="crosshair"
      style={{ transform: `translateX(${plot.x.at(place)}px)`, top: area.top, height: area.bottom - area.top }}
    />
  );
}

/** The step that a key moves to; undefined for keys that move nothing. */
function movedTo(event: KeyboardEvent, curve: Curve, step: number | null): number | undefined {
  const steps = curve.steps();
  const stride = event.shiftKey ? Math.max(1, Math.round(steps.length / 20)) : 1;
  const last = steps.length - 1;
  const index = step === null ? last : nearest(steps, step);
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: index - stride,
    ArrowRight: index + stride,
    ArrowDown: index - stride,
    ArrowUp: index + stride,
    Home: 0,
    End: last,
  };
  const target = moves[event.key];
  return target === undefined ? undefined : steps[Math.min(last, Math.max(0, target))];
}

export function PlotPointer(props: PlotPointerProps) {
  const { view, group, curve, plot, area } = props;
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const step = useStore(view, (state) => state.step) ?? curve.steps().at(-1) ?? 0;

  const pixelOf = (event: PointerEvent) => {
    const pixel = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return Math.min(area.right, Math.max(area.left, pixel));
  };
  const show = (pixel: number) => {
    const places = placesOf(curve, view.getState().settings.axis);
    const found = places && curve.steps()[nearest(places, plot.x.valueAt(pixel))];
    view.setState({ step: found ?? null });
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ from: pixelOf(event), to: pixelOf(event) });
  };
  const onPointerMove = (event: PointerEvent) => {
    show(pixelOf(event));
    if (drag) setDrag({ ...drag, to: pixelOf(event) });
  };
  const onPointerUp = () => {
    if (drag && Math.abs(drag.to - drag.from) >= DRAG_PIXELS) {
      view.setState({ zoom: zoomTo(plot.x.valueAt(drag.from), plot.x.valueAt(drag.to), plot.whole) });
    }
    setDrag(null);
  };
  const zoomKey = (factor: number) => {
    const places = placesOf(curve, view.getState().settings.axis);
    const anchor = places?.[firstNotBelow(curve.steps(), step)] ?? plot.shown[1];
    view.setState({ zoom: zoomBy(plot.shown, factor, anchor, plot.whole) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moved = movedTo(event, curve, view.getState().step);
    if (moved !== undefined) view.setState({ step: moved });
    else if (event.key === '+' || event.key === '=') zoomKey(1 / ZOOM_FACTOR);
    else if (event.key === '-') zoomKey(ZOOM_FACTOR);
    else if (event.key === '0' || event.key === 'Escape') view.setState({ zoom: null });
    else return;
    event.preventDefault();
  };
  const values = readoutAt(group, curve, [], view.getState().settings, step);
  const valueText = values.flatMap(({ label, value }) =>
    value === null ? [] : [`${label} ${formatFigure(group.kind, value)}`],
  );
  return (
    <div
      className={styles['pointer']}
      role="slider"
      tabIndex={0}
      aria-label={`${group.title} by step`}
      aria-valuemin={curve.steps()[0] ?? 0}
      aria-valuemax={curve.steps().at(-1) ?? 0}
      aria-valuenow={step}
      aria-valuetext={`step ${step}: ${valueText.join(', ')}`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => view.setState({ step: null })}
      onBlur={() => view.setState({ step: null })}
      onDoubleClick={() => view.setState({ zoom: null })}
      onKeyDown={onKeyDown}
    >
      {drag && (
        <div
          className={styles['selection']}
          style={{
            left: Math.min(drag.from, drag.to),
            width: Math.abs(drag.to - drag.from),
            top: area.top,
            height: area.bottom - area.top,
          }}
        />
      )}
      <Crosshair view={view} curve={curve} plot={plot} area={area} />
    </div>
  );
}
