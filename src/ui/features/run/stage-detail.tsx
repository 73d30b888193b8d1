/** The selected stage: remarks, summary, charts, and its values as numbers. */
import { Alert, Grid, Group, List, Stack, Text, Title } from '@mantine/core';
import { hasResult, isTraining } from '../../../protocol/status';
import type { RunState, StageState } from '../../../protocol/run-state';
import { metricsKey } from '../../../store/metrics';
import { useStudio } from '../../app/studio-context';
import { formatAbout, formatDate, formatInteger, formatSeconds, formatSpan } from '../../primitives/format';
import { StatusBadge } from '../../primitives/run-status';
import { stageTitle } from '../../primitives/stage-title';
import { AdviceBanners } from './advice-banners';
import { EvaluationFigures } from './evaluation-figures';
import { KernelTimes } from './kernel-times';
import { StageMetrics } from './stage-metrics';
import { StageMemoryTable } from './stage-memory-table';
import { OmitStage } from './omit-stage';
import { RedoStage } from './redo-stage';
import { ResponseFigures } from './response-figures';
import { ScoreFigures } from './score-figures';
import { sftStandIn } from './sft-stand-in';
import { StopAfter } from './stop-after';
import { StageProducts } from './stage-products';
import { StageSummary } from './stage-summary';
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

/** Why there is nothing to show of a stage. */
function emptyText(stage: StageState, run: RunState): string {
  const { status, kind } = stage;
  if (status === 'pending') return 'This stage has not begun. What it makes appears here as soon as it does.';
  if (status === 'omitted')
    return 'This evaluation is left out. The run trains the same models without it, and the next evaluation looks at all models so far.';
  if (status === 'running' && isTraining({ kind }))
    return 'The first values appear after the first step; before it, the GPU’s programs are prepared.';
  if (status === 'running') return 'What this stage makes appears here when it is done.';
  return sftStandIn(stage, run)?.text ?? 'This stage has no curves.';
}

/** What the stage made, by its kind; in words where there is nothing yet. */
function StageContent({ run, stage }: { run: RunState; stage: StageState }) {
  const metrics = useStudio((state) => state.metrics[metricsKey(run.id, stage.id)]);
  if (metrics && metrics.curve.length > 0) return <StageMetrics runId={run.id} stage={stage} metrics={metrics} />;
  if (hasResult(stage)) {
    if (stage.kind === 'generate') return <ResponseFigures run={run} stage={stage} />;
    if (stage.kind === 'score') return <ScoreFigures run={run} stage={stage} />;
    if (stage.kind === 'evaluate') return <EvaluationFigures run={run} stage={stage} />;
  }
  return (
    <Text size="sm" c="dimmed" data-testid="stage-empty">
      {emptyText(stage, run)}
    </Text>
  );
}

/** When it began and ended; a reused result was made at another time. */
function timesText({ status, startedAt, finishedAt }: StageState): string | null {
  if (startedAt === undefined || status === 'skipped' || status === 'omitted') return null;
  return finishedAt === undefined ? `begun ${formatDate(startedAt)}` : formatSpan(startedAt, finishedAt);
}

/** The stage's name, state and times. */
function StageHeader({ run, stage, expected }: Omit<StageDetailProps, 'advice'>) {
  const { status, seconds, secondsLeft, done, total, unit } = stage;
  const left = status === 'running' ? (secondsLeft ?? expected) : null;
  const facts = [
    total > 0 && `${formatInteger(done)} of ${formatInteger(total)} ${unit}`,
    seconds > 0 && `${formatSeconds(seconds)} of work`,
    left !== null && `${secondsLeft === null ? formatAbout(left) : formatSeconds(left)} left`,
    status === 'pending' && expected !== null && `${formatAbout(expected)} of work`,
    timesText(stage),
  ].filter((fact) => typeof fact === 'string');
  return (
    <div>
      <Group gap="sm">
        <Title order={2} size="h3">
          {stageTitle(stage.id)}
        </Title>
        <StatusBadge
          status={status === 'running' && run.status === 'paused' ? 'paused' : status}
          label={sftStandIn(stage, run)?.label}
        />
        <Text size="sm" c="dimmed" className="figures" data-testid="stage-times">
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
  /** Seconds of work that are left of it; null where that is not known. */
  expected: number | null;
}

export function StageDetail({ run, stage, advice, expected }: StageDetailProps) {
  return (
    <Stack component="section" aria-label={stageTitle(stage.id)} data-testid="stage-detail" data-stage={stage.id}>
      <StageHeader run={run} stage={stage} expected={expected} />
      <AdviceBanners advice={advice} />
      <Notes notes={stage.notes} />
      <StageSummary summary={stage.summary} />
      <StageContent key={stage.id} run={run} stage={stage} />
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
