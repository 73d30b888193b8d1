/** What the list of runs shows of each, as a row or as a card: how far it is, how good it got, its size, and what can be done with it. */
import { ActionIcon, Group, Progress, Stack, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { hasResult, isActive, isIncluded } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import { useCommands, useStudio } from '../../app/studio-context';
import { formatBytes, formatDate, formatPercent, formatSeconds, formatSince } from '../../primitives/format';
import { CopyIcon, TrashIcon } from '../../primitives/icons';
import { modelColor } from '../../primitives/model-colors';
import { StatusBadge } from '../../primitives/run-status';
import { modelTitle } from '../evaluation/model-names';
import { intervalText, scoreText } from '../evaluation/score-format';
import { ContinueButton } from '../run/run-controls';
import { activityOf, bestRound, type RunSize } from './run-results';

const nowrap = { whiteSpace: 'nowrap' } as const;

function Action(props: { label: string; icon: ReactNode; onClick(): void; disabled?: boolean; testId: string }) {
  const { label, icon, onClick, disabled = false, testId } = props;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={onClick}
        disabled={disabled}
        data-testid={testId}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

/** Names of what the run was started with. */
export function RunSources({ run }: { run: RunState }) {
  const modelName = useStudio((state) => state.models.find(({ id }) => id === run.modelId)?.name);
  const datasetName = useStudio((state) => state.datasets.find(({ id }) => id === run.datasetId)?.name);
  return (
    <Text size="xs" c="dimmed">
      {modelName ?? 'model deleted'} · {datasetName ?? 'data deleted'}
    </Text>
  );
}

export function RunProgress({ run }: { run: RunState }) {
  const finished = run.stages.filter(hasResult).length;
  const included = run.stages.filter(isIncluded).length;
  const trained = run.stages.filter((stage) => stage.kind === 'train' && hasResult(stage));
  const atWork = run.stages.find(({ status }) => status === 'running');
  const left = atWork?.secondsLeft;
  const canContinue = !isActive(run) && run.status !== 'finished';
  return (
    <Stack gap={4} className="figures" align="flex-start">
      <Group gap="0 8px">
        <StatusBadge status={run.status} />
        <Text size="xs" c="dimmed" style={nowrap}>
          {trained.length} of {run.recipe.rounds} rounds
        </Text>
      </Group>
      {run.status !== 'finished' && (
        <Progress
          value={included > 0 ? (100 * finished) / included : 0}
          size="xs"
          w="100%"
          maw={180}
          aria-label={`Stages of ${run.name}`}
        />
      )}
      {left !== undefined && left !== null && (
        <Text size="xs" c="dimmed">
          {formatSeconds(left)} left of this stage
        </Text>
      )}
      {canContinue && <ContinueButton run={run} size="compact-xs" />}
    </Stack>
  );
}

/** The best round; a dash before there is one. */
export function RunResult({ run }: { run: RunState }) {
  const best = bestRound(run);
  if (!best) {
    return (
      <Text size="sm" c="dimmed">
        –
      </Text>
    );
  }
  const { model, winRate, low, high, gold } = best;
  return (
    <div className="figures">
      <Text size="sm" fw={600} style={nowrap}>
        {formatPercent(winRate)}{' '}
        <Text span size="xs" c="dimmed" fw={400}>
          {intervalText({ low, high }, formatPercent)}
        </Text>
      </Text>
      <Text size="xs" c="dimmed" style={nowrap}>
        <span
          aria-hidden
          style={{
            display: 'inline-block',
            width: 8,
            height: 8,
            marginRight: 6,
            borderRadius: '50%',
            background: modelColor(model),
          }}
        />
        {modelTitle(model)}
        {gold !== null && ` · gold ${scoreText(gold)}`}
      </Text>
    </div>
  );
}

export function RunActivity({ run, now }: { run: RunState; now: number }) {
  return (
    <Text size="sm" className="figures" style={nowrap} title={formatDate(activityOf(run))}>
      {formatSince(activityOf(run), now)}
    </Text>
  );
}

const notCounted = 'Curves and the checkpoints of unfinished stages come on top; Artifacts lists the checkpoints.';

function sizeHelp({ shared, exact }: RunSize): string {
  if (!exact)
    return `The size of its outputs: a stage finished in a version that did not note the size of its result, so what other runs share is not known. ${notCounted}`;
  const stays =
    shared > 0
      ? `What is shared was made once and is used by other runs too: it stays when this run alone is deleted. `
      : 'No other run uses them. ';
  return `The results of its stages. ${stays}${notCounted}`;
}

/** What it takes of the disk, and what of that is another run's too. */
export function RunSizeText({ size }: { size: RunSize }) {
  return (
    <Tooltip label={sizeHelp(size)}>
      <div className="figures" style={nowrap} tabIndex={0} data-testid="run-size">
        <Text size="sm">
          {size.exact ? '' : '≈ '}
          {formatBytes(size.bytes)}
        </Text>
        {size.shared > 0 && (
          <Text size="xs" c="dimmed">
            {size.shared === size.bytes ? 'all shared' : `${formatBytes(size.shared)} shared`}
          </Text>
        )}
      </div>
    </Tooltip>
  );
}

export function RunActions({ run }: { run: RunState }) {
  const commands = useCommands();
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <Action
        label={`New run like ${run.name}`}
        icon={<CopyIcon size={16} />}
        onClick={() => commands.duplicateRun(run.id)}
        testId="duplicate-run"
      />
      <Action
        label={isActive(run) ? 'Cancel the run before deleting it' : `Delete ${run.name}`}
        icon={<TrashIcon size={16} />}
        onClick={() => void commands.attempt(() => commands.deleteRun(run.id))}
        disabled={isActive(run)}
        testId="delete-run"
      />
    </Group>
  );
}
