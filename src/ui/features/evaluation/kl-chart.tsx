/** Scores against the distance from SFT: while all rise, training works; when only the reward rises, it is over-optimised. */
import { Text } from '@mantine/core';
import { CartesianGrid, ErrorBar, ResponsiveContainer, Scatter, ScatterChart, Tooltip, XAxis, YAxis } from 'recharts';
import type { EvaluatedModel } from '../../../protocol/evaluation';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { formatNumber } from '../../primitives/format';
import { modelColor } from '../../primitives/model-colors';
import { judges, judgeTitles, type Judge } from './judges';
import { klPoints, type KlPoint } from './kl-points';
import { modelTitle } from './model-names';

const dashes: Readonly<Record<Judge, string>> = { reward: '', referee: '6 4', gold: '2 4' };

interface Row {
  model: string;
  title: string;
  kl: number;
  mean: number;
  reach: [number, number];
  text: string;
}

function rowsOf(points: readonly KlPoint[], judge: Judge): Row[] {
  return points.flatMap(({ model, kl, scores }) => {
    const score = scores[judge];
    if (!score) return [];
    const { mean, low, high } = score;
    const text = `${formatNumber(mean, 4)} [${formatNumber(low, 4)}, ${formatNumber(high, 4)}]`;
    return [{ model, title: modelTitle(model), kl, mean, reach: [mean - low, high - mean], text }];
  });
}

/** A point with the model's name above it. */
function Mark({ cx = 0, cy = 0, payload, judge }: { cx?: number; cy?: number; payload?: Row; judge: Judge }) {
  const look = { fill: modelColor(payload?.model ?? ''), stroke: 'var(--mantine-color-body)', strokeWidth: 1 };
  const turn = judge === 'gold' ? `rotate(45 ${cx} ${cy})` : undefined;
  return (
    <g>
      {judge === 'reward' ? (
        <circle cx={cx} cy={cy} r={6} {...look} />
      ) : (
        <rect x={cx - 5} y={cy - 5} width={10} height={10} transform={turn} {...look} />
      )}
      <text
        x={cx + 10}
        y={cy - 8}
        fontSize={11}
        fill="var(--mantine-color-text)"
        stroke="var(--mantine-color-body)"
        strokeWidth={3}
        paintOrder="stroke"
      >
        {payload?.title}
      </text>
    </g>
  );
}

/** One judge's scores: each has a unit of its own, so each has a panel of its own over the same distances. */
function Panel({ points, judge, last }: { points: readonly KlPoint[]; judge: Judge; last: boolean }) {
  const rows = rowsOf(points, judge);
  return (
    <ResponsiveContainer width="100%" height={last ? 172 : 148}>
      <ScatterChart margin={{ top: 8, right: 88, bottom: last ? 12 : 0, left: 4 }}>
        <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" />
        <XAxis
          type="number"
          dataKey="kl"
          domain={[(min: number) => Math.min(0, min), 'auto']}
          tickFormatter={formatTick}
          {...axis}
          {...(last ? { label: axisLabel('KL from SFT, nats a response', 'bottom') } : { tick: false, height: 8 })}
        />
        <YAxis
          type="number"
          dataKey="mean"
          width={60}
          domain={['auto', 'auto']}
          tickFormatter={formatTick}
          tickCount={4}
          {...axis}
          label={axisLabel(judge === 'gold' ? 'gold, 0 to 1' : judge, 'left')}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={false}
          content={({ active, payload }) => {
            const row = payload[0]?.payload as Row | undefined;
            if (!active || !row) return null;
            const color = modelColor(row.model);
            const entries = [
              { label: judgeTitles[judge], value: row.text, color },
              { label: 'KL from SFT', value: `${formatNumber(row.kl, 4)} nats`, color },
            ];
            return <ChartTooltip title={row.title} entries={entries} />;
          }}
        />
        <Scatter
          data={rows}
          shape={<Mark judge={judge} />}
          line={{ stroke: 'var(--mantine-color-dimmed)', strokeWidth: 2, strokeDasharray: dashes[judge] }}
          isAnimationActive={false}
        >
          <ErrorBar dataKey="reach" direction="y" width={6} stroke="var(--mantine-color-dimmed)" />
        </Scatter>
      </ScatterChart>
    </ResponsiveContainer>
  );
}

export function KlChart({ models }: { models: readonly EvaluatedModel[] }) {
  const points = klPoints(models);
  if (points.length < 2) return null;
  const shown = judges.filter((judge) => points.every(({ scores }) => scores[judge]));
  const description = shown
    .flatMap((judge) =>
      rowsOf(points, judge).map(({ title, kl, text }) => `${title}: KL ${formatNumber(kl, 3)}, ${judge} ${text}`),
    )
    .join('; ');
  return (
    <ChartFrame
      title="KL against reward"
      unit="means with 95% intervals"
      legend={[]}
      description={description}
      testId="plot-kl_reward"
    >
      {shown.map((judge) => (
        <Panel key={judge} points={points} judge={judge} last={judge === shown.at(-1)} />
      ))}
      <Text size="xs" c="dimmed" mt={4}>
        The further to the right, the less a model answers like SFT.
        {shown.length > 1 && ' When the reward still rises and the other score falls, the model is pushed too far.'}
      </Text>
    </ChartFrame>
  );
}
