/** What an independent reward model says: the outcome in a sentence, how good a judge it is, and the chart beside the reward. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { EvaluatedModel, ShownEvaluation } from '../../../protocol/evaluation';
import { formatInteger, formatPercent } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { modelTitle } from './model-names';
import { againstSft, shareText, signed } from './score-format';
import { TwoJudgesChart } from './two-judges-chart';

/** The last round against SFT. */
function verdict(models: readonly EvaluatedModel[]): string | null {
  const last = models.at(-1);
  const gain = last?.referee?.against_sft;
  if (!last || !gain || last.name === 'base') return null;
  const { low, high } = gain.interval;
  const duel = last.referee?.win_rates.find(({ against }) => against === 'sft');
  const wins = duel ? `; its win rate is ${shareText(duel.win_rate, duel.interval)}` : '';
  return `${modelTitle(last.name)} is ${againstSft(gain.interval)} by the referee: ${signed(gain.difference)} score, 95% interval ${signed(low)} to ${signed(high)}${wins}.`;
}

function Quality({ referee }: Pick<ShownEvaluation, 'referee'>) {
  if (!referee) return null;
  const { held_out_accuracy: own, reward_held_out_accuracy: reward, training_pairs: pairs } = referee;
  return (
    <Text size="sm" c="dimmed" className="figures" data-testid="referee-quality">
      Trained on {formatInteger(pairs)} pairs that no other stage sees.
      {own !== null && ` It ranks ${formatPercent(own)} of the held-out pairs right`}
      {own !== null && reward !== null && `, the reward model ${formatPercent(reward)}`}
      {own !== null && '; 50% is chance.'}
    </Text>
  );
}

export function RefereePanel({ plots, models, referee }: ShownEvaluation) {
  const trajectory = plots.referee_trajectory;
  if (!trajectory) return null;
  const outcome = verdict(models);
  const points = trajectory.points.map((point) => ({
    model: point.model,
    reward: { mean: point.reward, low: point.reward_low, high: point.reward_high },
    other: { mean: point.referee, low: point.referee_low, high: point.referee_high },
  }));
  const other = {
    judge: 'referee',
    title: 'Reward and referee’s score',
    label: 'Referee’s score',
    axis: 'referee’s score',
  } as const;
  return (
    <Paper component="section" aria-label="Referee" data-testid="referee">
      <Stack gap="sm">
        <div>
          <Group gap={4}>
            <Title order={2} size="h4">
              Does an independent judge agree?
            </Title>
            <HelpHint of="referee" label="the referee" />
          </Group>
          <Text size="sm" c="dimmed" maw={880}>
            The reward model chose the pairs, so the rounds learned to please it. The referee is a second reward model
            that chose nothing. While both lines rise, an independent judge agrees; when only the reward rises, the
            model has learned to flatter it. The two scores have no common unit: compare directions.
          </Text>
          <Quality referee={referee} />
        </div>
        {outcome && (
          <Text fw={600} className="figures" data-testid="referee-verdict">
            {outcome}
          </Text>
        )}
        <TwoJudgesChart points={points} other={other} />
      </Stack>
    </Paper>
  );
}
