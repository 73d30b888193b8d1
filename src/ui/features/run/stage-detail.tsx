/** The selected stage: remarks, summary, charts, and its values as numbers. */
import { Alert, Grid, Group, List, Stack, Text, Title } from '@mantine/core';
import type { RunState, StageState } from '../../../protocol/studio';
import { metricsKey } from '../../../store/metrics';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { FactList } from '../../primitives/fact-list';
import { formatInteger, formatNumber, formatSeconds } from '../../primitives/format';
import { StatusBadge } from '../../primitives/run-status';
import { stageTitle } from '../../primitives/stage-title';
import { AdviceBanners } from './advice-banners';
import { KernelTimes } from './kernel-times';
import { StageMetrics } from './stage-metrics';
import { StageMemoryTable } from './stage-memory-table';
import { OmitStage } from './omit-stage';
import { RedoStage } from './redo-stage';
import { StopAfter } from './stop-after';
import { StageProducts } from './stage-products';
import type { Advice } from './training-advice';
import { WatchedAnswers } from './watched-answers';

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <Alert color="blue" p="sm" title="Remarks" data-testid="stage-notes">
      <List size="sm" spacing={2}>
        {notes.map((note) => (
          <List.Item key={note} className="verbatim">
            {note}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function emptyText({ status, kind }: StageState): string {
  if (status === 'pending') return 'This stage has not begun. Its curves appear here as soon as it does.';
  if (status === 'skipped') return 'The result of this stage was there already, so it was not run.';
  if (status === 'omitted')
    return 'This evaluation is left out. The run trains the same models without it, and the next evaluation looks at all models so far.';
  if (status === 'running')
    return 'The first values appear after the first step; before it, the GPU’s programs are prepared.';
  return `This stage has no curves; see the view “${kind === 'evaluate' ? 'Evaluation' : 'Pairs'}”.`;
}

/** The stage's name, state and times. */
function StageHeader({ run, stage }: { run: RunState; stage: StageState }) {
  const { status, seconds, secondsLeft, done, total, unit } = stage;
  const facts = [
    total > 0 && `${formatInteger(done)} of ${formatInteger(total)} ${unit}`,
    seconds > 0 && `${formatSeconds(seconds)} of work`,
    status === 'running' && secondsLeft !== null && `${formatSeconds(secondsLeft)} left`,
  ].filter((fact) => typeof fact === 'string');
  return (
    <div>
      <Group gap="sm">
        <Title order={2} size="h3">
          {stageTitle(stage.id)}
        </Title>
        <StatusBadge status={status === 'running' && run.status === 'paused' ? 'paused' : status} />
        <Text size="sm" c="dimmed" className="figures">
          {facts.join(' · ')}
        </Text>
      </Group>
      <StageProducts run={run} stage={stage} />
      <RedoStage run={run} stage={stage} />
      <StopAfter run={run} stage={stage} />
      <OmitStage run={run} stage={stage} />
    </div>
  );
}

interface StageDetailProps {
  run: RunState;
  stage: StageState;
  advice: readonly Advice[];
}

export function StageDetail({ run, stage, advice }: StageDetailProps) {
  const metrics = useStudio((state) => state.metrics[metricsKey(run.id, stage.id)]);
  const summary = Object.entries(stage.summary).map(
    ([name, value]) => [name.replaceAll('_', ' '), formatNumber(value)] as const,
  );
  return (
    <Stack component="section" aria-label={stageTitle(stage.id)} data-testid="stage-detail" data-stage={stage.id}>
      <StageHeader run={run} stage={stage} />
      <AdviceBanners advice={advice} />
      <Notes notes={stage.notes} />
      {summary.length > 0 && <FactList facts={summary} testId="stage-summary" />}
      {'first_loss' in stage.summary && (
        <Text size="xs" c="dimmed">
          Loss and the metrics after it are means over the last quarter of the steps.
        </Text>
      )}
      {metrics && metrics.curve.length > 0 ? (
        <StageMetrics key={stage.id} runId={run.id} stageId={stage.id} metrics={metrics} />
      ) : (
        <EmptyState title="No curves">{emptyText(stage)}</EmptyState>
      )}
      <WatchedAnswers key={`${stage.id} answers`} run={run} stage={stage} />
      <Grid gap="md">
        {stage.memory && (
          <Grid.Col span={{ base: 12, lg: 5 }}>
            <StageMemoryTable memory={stage.memory} running={stage.status === 'running'} />
          </Grid.Col>
        )}
        <Grid.Col span={{ base: 12, lg: stage.memory ? 7 : 12 }}>
          <KernelTimes runId={run.id} stage={stage} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
