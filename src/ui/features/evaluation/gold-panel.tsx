/** gold_trajectory: what the reward model and what the demo's judge say of every model, one above the other. */
import { Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { EvaluatedModel, ShownEvaluation } from '../../../protocol/evaluation';
import { formatNumber } from '../../primitives/format';
import { GoldPartsTable } from './gold-parts-table';
import { ScoreChart, type ScorePoint } from './score-chart';
import { modelTitle } from './model-names';

type Points = NonNullable<ShownEvaluation['plots']['gold_trajectory']>['points'];

const rewardPoints = (points: Points): ScorePoint[] =>
  points.map(({ model, reward, reward_low: low, reward_high: high }) => ({ model, value: reward, low, high }));
const goldPoints = (points: Points): ScorePoint[] =>
  points.map(({ model, gold, gold_low: low, gold_high: high }) => ({ model, value: gold, low, high }));

/** The outcome in one sentence: the last round against SFT. */
function verdict(models: readonly EvaluatedModel[]): string | null {
  const last = models.at(-1);
  const gain = last?.gold?.against_sft;
  if (!last || !gain || last.name === 'base') return null;
  const { low, high } = gain.interval;
  const size = `${gain.difference >= 0 ? '+' : '−'}${formatNumber(Math.abs(gain.difference), 3)}`;
  const range = `95% interval ${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
  const meaning = low > 0 ? 'better than SFT' : high < 0 ? 'worse than SFT' : 'not clearly different from SFT';
  return `${modelTitle(last.name)} is ${meaning}: ${size} gold score (${range}).`;
}

export function GoldPanel({ points, models }: { points: Points; models: readonly EvaluatedModel[] }) {
  const outcome = verdict(models);
  return (
    <Paper component="section" aria-label="True quality" data-testid="gold">
      <Stack gap="sm">
        <div>
          <Title order={4}>Does it really get better?</Title>
          <Text size="sm" c="dimmed" maw={820}>
            Gold is the demo’s built-in judge, which knows the right answers; the reward model does not see it. While
            both lines rise, training works. When the reward goes on rising and gold falls, the model is being pushed
            too far.
          </Text>
        </div>
        {outcome && (
          <Text fw={600} className="figures" data-testid="gold-verdict">
            {outcome}
          </Text>
        )}
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          <ScoreChart
            title="Reward model’s score"
            unit="what training aims at"
            points={rewardPoints(points)}
            color="blue-6"
            testId="plot-gold_trajectory-reward"
          />
          <ScoreChart
            title="Gold score"
            unit="true quality, 0 to 1"
            points={goldPoints(points)}
            color="orange-6"
            testId="plot-gold_trajectory-gold"
          />
        </SimpleGrid>
        <GoldPartsTable models={models} />
      </Stack>
    </Paper>
  );
}
