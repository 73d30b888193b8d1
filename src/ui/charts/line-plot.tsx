/** The drawing of a layout: grid, axes with ticks and labels, and the lines. Takes no pointer. */
import { memo } from 'react';
import { formatNumber, formatSeconds } from '../primitives/format';
import type { MetricKind } from '../primitives/metric-names';
import { formatTick } from './chart-parts';
import type { Plot, PlotArea, PlotPath } from './plot-layout';

export const PLOT_HEIGHT = 180;

/** @param width pixels of the whole drawing */
export const areaOf = (width: number): PlotArea => ({
  left: 70,
  right: Math.max(80, width - 12),
  top: 8,
  bottom: PLOT_HEIGHT - 32,
});

const looks: Readonly<Record<PlotPath['kind'], { strokeWidth: number; strokeOpacity: number }>> = {
  line: { strokeWidth: 1.75, strokeOpacity: 1 },
  raw: { strokeWidth: 1, strokeOpacity: 0.28 },
  earlier: { strokeWidth: 1.25, strokeOpacity: 0.5 },
};

const text = { fill: 'var(--mantine-color-dimmed)', fontSize: 11 } as const;
const lineColor = 'var(--studio-line)';

/** At most eight characters, so that none reaches the axis's title: '50%', '0.25', '-1.25e-4'. */
export function tickText(kind: MetricKind, tick: number): string {
  if (kind === 'share') return `${formatNumber(100 * tick, 3)}%`;
  const isTiny = tick !== 0 && Math.abs(tick) < 1e-3;
  return isTiny ? Number(tick.toPrecision(3)).toExponential().replace(/^-/, '−') : formatTick(tick);
}

interface LinePlotProps {
  plot: Plot;
  area: PlotArea;
  width: number;
  axis: 'step' | 'time';
  unit: string;
  kind: MetricKind;
  clipId: string;
}

function Axes({ plot: { x, y }, area, axis, unit, kind }: Omit<LinePlotProps, 'width' | 'clipId'>) {
  const middle = (area.top + area.bottom) / 2;
  const place = axis === 'step' ? String : formatSeconds;
  return (
    <>
      {y.ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={area.left}
            x2={area.right}
            y1={y.at(tick)}
            y2={y.at(tick)}
            stroke={lineColor}
            strokeDasharray="2 4"
          />
          <text x={area.left - 6} y={y.at(tick) + 4} textAnchor="end" {...text}>
            {tickText(kind, tick)}
          </text>
        </g>
      ))}
      <line x1={area.left} x2={area.right} y1={area.bottom} y2={area.bottom} stroke={lineColor} />
      {x.ticks.map((tick) => (
        <text key={tick} x={x.at(tick)} y={area.bottom + 14} textAnchor="middle" {...text}>
          {place(tick)}
        </text>
      ))}
      <text x={area.right} y={PLOT_HEIGHT - 4} textAnchor="end" {...text}>
        {axis === 'step' ? 'step' : 'time of work'}
      </text>
      <text x={-middle} y={10} transform="rotate(-90)" textAnchor="middle" {...text}>
        {unit}
      </text>
    </>
  );
}

export const LinePlot = memo(function LinePlot({ width, clipId, ...parts }: LinePlotProps) {
  const { plot, area } = parts;
  return (
    <svg width={width} height={PLOT_HEIGHT} aria-hidden style={{ display: 'block' }}>
      <clipPath id={clipId}>
        <rect x={area.left} y={area.top - 4} width={area.right - area.left} height={area.bottom - area.top + 8} />
      </clipPath>
      <Axes {...parts} />
      <g clipPath={`url(#${clipId})`}>
        {plot.paths.map(({ key, d, color, kind, dash }) => (
          <path
            key={key}
            d={d}
            fill="none"
            stroke={color}
            strokeDasharray={dash || 'none'}
            strokeLinejoin="round"
            data-line={kind}
            {...looks[kind]}
          />
        ))}
      </g>
    </svg>
  );
});
