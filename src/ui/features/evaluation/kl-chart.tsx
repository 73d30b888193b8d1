/** Scores against the distance from SFT: while all rise, training works; when only the reward rises, it is over-optimised. */
import { CartesianGrid, ErrorBar, ResponsiveContainer, Scatter, ScatterChart, Tooltip, XAxis, YAxis } from 'recharts';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { roundAxis } from '../../charts/round-axis';
import { modelColor } from '../../primitives/model-colors';
import { recordsCsv } from './evaluation-csv';
import { judgeTitles, type Judge } from './judges';
import { labelSide, type KlPoint, type LabelSide } from './kl-points';
import { modelTitle } from './model-names';
import { scoreText, withInterval } from './score-format';

const titles: Readonly<Record<Judge, string>> = {
  reward: 'Reward against KL',
  referee: 'Referee’s score against KL',
  gold: 'Gold score against KL',
};

const dashes: Readonly<Record<Judge, string>> = { reward: '', referee: '6 4', gold: '2 4' };

interface Row {
  model: string;
  title: string;
  kl: number;
  mean: number;
  low: number;
  high: number;
  reach: [number, number];
  text: string;
  side: LabelSide;
}

/** Of a name below its point's middle, in pixels. */
const labelHeights: Readonly<Record<LabelSide, number>> = { above: -8, beside: 4, below: 17 };

function rowsOf(points: readonly KlPoint[], judge: Judge): Row[] {
  const scored = points.flatMap(({ model, kl, scores }) => {
    const score = scores[judge];
    return score ? [{ model, kl, ...score }] : [];
  });
  return scored.map((row, index) => {
    const { model, mean, low, high } = row;
    const side = labelSide(scored, index);
    return {
      ...row,
      title: modelTitle(model),
      reach: [mean - low, high - mean],
      text: withInterval(mean, { low, high }),
      side,
    };
  });
}

/** A point with the model's name to its right, clear of the line. */
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
        y={cy + labelHeights[payload?.side ?? 'above']}
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

const csvOf = (points: readonly KlPoint[], judge: Judge) =>
  recordsCsv(
    points.map(({ model, kl, scores }) => ({
      model,
      kl_from_sft: kl,
      [judge]: scores[judge]?.mean,
      [`${judge}_low`]: scores[judge]?.low,
      [`${judge}_high`]: scores[judge]?.high,
    })),
  );

function PointTooltip({ row, judge }: { row: Row | undefined; judge: Judge }) {
  if (!row) return null;
  const color = modelColor(row.model);
  const entries = [
    { label: judgeTitles[judge], value: row.text, color },
    { label: 'KL from SFT', value: `${scoreText(row.kl)} nats a response`, color },
  ];
  return <ChartTooltip title={row.title} entries={entries} />;
}

/** One judge's scores over the distance. Each judge has a unit of its own, so each has a chart of its own. */
export function KlChart({ points, judge }: { points: readonly KlPoint[]; judge: Judge }) {
  const rows = rowsOf(points, judge);
  const description = rows.map(({ title, kl, text }) => `${title}: KL ${scoreText(kl)}, ${judge} ${text}`);
  return (
    <ChartFrame
      title={titles[judge]}
      unit="means with 95% intervals"
      legend={[]}
      description={description.join('; ')}
      help="kl_from_sft"
      csv={() => csvOf(points, judge)}
      testId={`plot-kl_${judge}`}
    >
      <ResponsiveContainer width="100%" height={296}>
        <ScatterChart margin={{ top: 8, right: 88, bottom: 12, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" />
          <XAxis
            type="number"
            dataKey="kl"
            padding={{ left: 16 }}
            tickFormatter={formatTick}
            {...axis}
            interval={0}
            {...roundAxis([0, ...rows.map(({ kl }) => kl)])}
            label={axisLabel('KL from SFT, nats a response', 'bottom')}
          />
          <YAxis
            type="number"
            dataKey="mean"
            width={60}
            tickFormatter={formatTick}
            {...axis}
            interval={0}
            {...roundAxis(rows.flatMap(({ low, high }) => [low, high]))}
            label={axisLabel(judge === 'gold' ? 'gold, 0 to 1' : judge, 'left')}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={false}
            content={({ active, payload }) =>
              active ? <PointTooltip row={payload[0]?.payload as Row | undefined} judge={judge} /> : null
            }
          />
          <Scatter
            data={rows}
            shape={<Mark judge={judge} />}
            line={{ stroke: 'var(--mantine-color-dimmed)', strokeWidth: 2, strokeDasharray: dashes[judge] }}
            isAnimationActive={false}
          >
            <ErrorBar
              dataKey="reach"
              direction="y"
              width={6}
              stroke="var(--mantine-color-dimmed)"
              isAnimationActive={false}
            />
          </Scatter>
        </ScatterChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
