/** One measure of some runs over the rounds. */
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { ChartFrame } from '../../charts/chart-frame';
import { toCsv } from '../../charts/csv';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { formatNumber } from '../../primitives/format';
import { lines } from './run-lines';
import { measures, type Measure, type SeriesRow } from './run-series';

interface SeriesChartProps {
  measure: Measure;
  rows: readonly SeriesRow[];
  names: readonly string[];
}

export function SeriesChart({ measure, rows, names }: SeriesChartProps) {
  const { label, unit, help } = measures[measure];
  const last = rows.at(-1)?.values ?? [];
  const description = names.map((name, i) => `${name} ${formatNumber(last[i] ?? Number.NaN, 3)}`).join(', ');
  return (
    <ChartFrame
      title={label}
      unit={unit}
      help={help}
      csv={() =>
        toCsv(
          ['round', ...names],
          rows.map(({ round, values }) => [round, ...values]),
        )
      }
      legend={names.map((name, i) => ({ label: name, color: lines[i]?.color ?? '' }))}
      description={`Lines over rounds. Last: ${description}`}
      testId={`compare-${measure}`}
    >
      <ResponsiveContainer width="100%" height={220}>
        <LineChart data={[...rows]} margin={{ top: 8, right: 16, bottom: 12, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis
            dataKey="round"
            type="number"
            domain={['dataMin', 'dataMax']}
            allowDecimals={false}
            {...axis}
            label={axisLabel('round, 0 = SFT', 'bottom')}
          />
          <YAxis width={60} domain={['auto', 'auto']} tickFormatter={formatTick} {...axis} />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) => {
              const row = payload[0]?.payload as SeriesRow | undefined;
              if (!active || !row) return null;
              const entries = names.map((name, i) => ({
                label: name,
                value: row.values[i] === null ? '–' : String(row.values[i]),
                color: lines[i]?.color ?? '',
              }));
              return <ChartTooltip title={row.round === 0 ? 'SFT' : `Round ${row.round}`} entries={entries} />;
            }}
          />
          {names.map((name, i) => (
            <Line
              key={name}
              dataKey={(row: SeriesRow) => row.values[i]}
              name={name}
              stroke={lines[i]?.color ?? ''}
              strokeDasharray={lines[i]?.dash ?? ''}
              strokeWidth={2}
              isAnimationActive={false}
              connectNulls
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
