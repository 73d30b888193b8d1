/** What the held-out prompts and pairs say: warnings, gold scores where there are any, the plots, all figures, all responses. */
import { Alert, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ShownEvaluation } from '../../../protocol/evaluation';
import type { RunState } from '../../../protocol/run-state';
import { EmptyState } from '../../primitives/empty-state';
import { formatInteger } from '../../primitives/format';
import { shownEvaluation } from '../../primitives/shown-evaluation';
import { ResponsesTable } from './responses-table';
import { EvaluationDownloads } from './evaluation-downloads';
import { DistributionsChart } from './distributions-chart';
import { FiguresTable } from './figures-table';
import { GoldPanel } from './gold-panel';
import { ComparisonChart } from './comparison-chart';
import { KlChart } from './kl-chart';
import { klJudges, klPoints } from './kl-points';
import { modelTitle, withModelTitles } from './model-names';
import { RefereePanel } from './referee-panel';
import { TrajectoryChart } from './trajectory-chart';
import { WinRateChart } from './win-rate-chart';
import { duelsOf } from './win-rate-marks';

function Warnings({ warnings }: ShownEvaluation) {
  return warnings.map(({ model, message }) => (
    <Alert
      key={`${model}${message}`}
      color="orange"
      title={`${modelTitle(model)}: look at this before you trust the reward`}
      data-testid="evaluation-warning"
    >
      {withModelTitles(message)}
    </Alert>
  ));
}

export function EvaluationView({ run }: { run: RunState }) {
  const evaluation = shownEvaluation(run.evaluation);
  if (run.evaluation === null || run.evaluation === undefined) {
    return (
      <EmptyState title="No evaluation yet">
        After every round all models respond to the same held-out prompts, and their rewards, win rates and response
        lengths are compared here.
      </EmptyState>
    );
  }
  if (!evaluation) {
    return (
      <Alert color="red" title="The evaluation cannot be shown" role="alert">
        It was written by another version of the studio. evaluation_results.json is still among the outputs.
      </Alert>
    );
  }
  const { settings, models, plots, prompts } = evaluation;
  const distances = klPoints(models);
  const klCharts = distances.length > 1 ? klJudges(distances) : [];
  const hasDuels = duelsOf(models).rows.length > 0;
  return (
    <Stack data-testid="evaluation">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Text size="sm" c="dimmed" className="figures" maw={880}>
          {formatInteger(settings.held_out_prompts)} held-out prompts and {formatInteger(settings.held_out_pairs)}{' '}
          held-out pairs that no stage trained on; the same prompts, seed and decoding for every model. Intervals are
          95%, from {formatInteger(settings.bootstrap_samples)} bootstrap samples.
        </Text>
        <EvaluationDownloads run={run} evaluation={evaluation} />
      </Group>
      <Warnings {...evaluation} />
      {plots.gold_trajectory && <GoldPanel points={plots.gold_trajectory.points} models={models} />}
      <RefereePanel {...evaluation} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <ComparisonChart plot={plots.reward_comparison} />
        <DistributionsChart plot={plots.reward_distributions} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: hasDuels ? 2 : 1 }} spacing="md">
        <WinRateChart models={models} />
        <TrajectoryChart plot={plots.improvement_trajectory} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: Math.max(1, klCharts.length) }} spacing="md">
        {klCharts.map((judge) => (
          <KlChart key={judge} points={distances} judge={judge} />
        ))}
      </SimpleGrid>
      <FiguresTable models={models} />
      <ResponsesTable prompts={prompts} />
    </Stack>
  );
}
