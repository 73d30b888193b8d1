/** True quality of the demo's models: what gold is, the outcome in a sentence, the chart beside the reward, the numbers. */
import { Paper, Stack, Text, Title } from '@mantine/core';
import type { EvaluatedModel, ShownEvaluation } from '../../../protocol/evaluation';
import { GoldPartsTable } from './gold-parts-table';
import { modelTitle } from './model-names';
import { againstSft, signed } from './score-format';
import { TwoJudgesChart } from './two-judges-chart';

/** The last round against SFT. */
function verdict(models: readonly EvaluatedModel[]): string | null {
  const last = models.at(-1);
  const gain = last?.gold?.against_sft;
  if (!last || !gain || last.name === 'base') return null;
  const { low, high } = gain.interval;
  const size = `${signed(gain.difference)} gold score, 95% interval ${signed(low)} to ${signed(high)}`;
  return `${modelTitle(last.name)} is ${againstSft(gain.interval)}: ${size}.`;
}

type GoldPoint = NonNullable<ShownEvaluation['plots']['gold_trajectory']>['points'][number];

const scoresOf = (point: GoldPoint) => ({
  model: point.model,
  reward: { mean: point.reward, low: point.reward_low, high: point.reward_high },
  other: { mean: point.gold, low: point.gold_low, high: point.gold_high },
});

const goldJudge = {
  judge: 'gold',
  title: 'Reward and gold score',
  label: 'Gold score',
  axis: 'gold, 0 to 1',
} as const;

export function GoldPanel({ points, models }: { points: readonly GoldPoint[]; models: readonly EvaluatedModel[] }) {
  const outcome = verdict(models);
  return (
    <Paper component="section" aria-label="True quality" data-testid="gold">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4">
            Does it really get better?
          </Title>
          <Text size="sm" c="dimmed" maw={880}>
            Gold is the demo’s built-in judge, which knows the right answers; the reward model does not see it. While
            both lines rise, training works. When the reward goes on rising and gold falls, the model is pushed too far.
          </Text>
        </div>
        {outcome && (
          <Text fw={600} className="figures" data-testid="gold-verdict">
            {outcome}
          </Text>
        )}
        <TwoJudgesChart points={points.map(scoresOf)} other={goldJudge} />
        <GoldPartsTable models={models} />
      </Stack>
    </Paper>
  );
}
