/** One run: what it is, what can be done with it, and its views. */
import { Alert, Anchor, Button, Group, Loader, Stack, Tabs, Text, Title } from '@mantine/core';
import type { RunState } from '../../../protocol/run-state';
import { runTabs, type RunTab } from '../../../store/selection';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';
import { EngineBadge } from '../../primitives/engine-badge';
import { EmptyState } from '../../primitives/empty-state';
import { formatDate, formatSeconds } from '../../primitives/format';
import { StatusBadge } from '../../primitives/run-status';
import { EvaluationView } from '../evaluation/evaluation-view';
import { OutputsView } from '../outputs/outputs-view';
import { PairsView } from '../pairs/pairs-view';
import { HeldBanner } from './held-banner';
import { ProgressView } from './progress-view';
import { RunControls } from './run-controls';
import { RunMenu } from './run-menu';
import classes from './run-page.module.css';
import { RunTrouble } from './run-trouble';
import { SettingsView } from './settings-view';

const tabTitles: Readonly<Record<RunTab, string>> = {
  progress: 'Progress',
  pairs: 'Pairs',
  evaluation: 'Evaluation',
  outputs: 'Outputs',
  settings: 'Settings',
};

function RunHeader({ run }: { run: RunState }) {
  const modelName = useStudio((state) => state.models.find(({ id }) => id === run.modelId)?.name);
  const datasetName = useStudio((state) => state.datasets.find(({ id }) => id === run.datasetId)?.name);
  const seconds = run.stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const facts = [modelName, datasetName, formatDate(run.createdAt), `${formatSeconds(seconds)} of work`];
  return (
    <Group justify="space-between" align="flex-start">
      <div style={{ minWidth: 0, flex: '1 1 320px' }}>
        <Group gap="sm">
          <Title order={1} size="h2" className="verbatim">
            {run.name}
          </Title>
          <StatusBadge status={run.status} testId="run-status" />
          {run.engine && <EngineBadge engine={run.engine} />}
          <RunMenu run={run} />
        </Group>
        <Text size="sm" c="dimmed" className="figures">
          {facts.filter(Boolean).join(' · ')}
        </Text>
        {run.activity !== null && (
          <Group gap="xs" mt={4} role="status" data-testid="run-activity">
            <Loader size={14} aria-hidden />
            <Text size="sm">{run.activity}…</Text>
          </Group>
        )}
      </div>
      <RunControls run={run} />
    </Group>
  );
}

/** Where the outcome is, for those who watched the curves until the end. */
function ResultHint({ run }: { run: RunState }) {
  if (run.status !== 'finished' || !run.evaluation) return null;
  return (
    <Alert color="teal" p="sm" data-testid="result-hint">
      The run has finished.{' '}
      <Anchor href={hashOf({ page: 'run', runId: run.id, tab: 'evaluation' })} fw={600} size="sm">
        See how the models compare
      </Anchor>
    </Alert>
  );
}

function TabView({ run, tab }: { run: RunState; tab: RunTab }) {
  if (tab === 'progress') return <ProgressView run={run} />;
  if (tab === 'pairs') return <PairsView run={run} />;
  if (tab === 'evaluation') return <EvaluationView run={run} />;
  return tab === 'outputs' ? <OutputsView run={run} /> : <SettingsView run={run} />;
}

export function RunPage({ runId, tab }: { runId: string; tab: RunTab }) {
  const run = useStudio((state) => state.runs.find(({ id }) => id === runId));
  const loaded = useStudio((state) => state.loaded);
  const openRun = useStudio((state) => state.openRun);
  if (!run) {
    return (
      <EmptyState
        title={loaded ? 'There is no such run' : 'Loading…'}
        action={
          <Button component="a" href={hashOf({ page: 'runs' })} variant="default" size="xs">
            Runs
          </Button>
        }
      >
        {loaded ? 'It may have been deleted.' : 'The studio is starting its worker.'}
      </EmptyState>
    );
  }
  return (
    <Stack>
      <RunHeader run={run} />
      <RunTrouble run={run} />
      <HeldBanner run={run} tab={tab} />
      {tab === 'progress' && <ResultHint run={run} />}
      <Tabs
        value={tab}
        onChange={(value) =>
          openRun(
            runId,
            runTabs.find((name) => name === value),
          )
        }
        keepMounted={false}
      >
        <Tabs.List mb="md" className={classes['tabs']}>
          {runTabs.map((name) => (
            <Tabs.Tab key={name} value={name} data-testid={`tab-${name}`}>
              {tabTitles[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <TabView run={run} tab={tab} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
