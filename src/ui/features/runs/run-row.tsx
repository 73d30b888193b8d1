/** One run of the list: what it is, how far it is, how good it got, and what can be done with it. */
import { ActionIcon, Checkbox, Group, Progress, Stack, Table, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { hasResult, isActive, isIncluded } from '../../../protocol/status';
import type { RunState } from '../../../protocol/studio';
import { useCommands, useStudio } from '../../app/studio-context';
import {
  formatBytes,
  formatDate,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatSince,
} from '../../primitives/format';
import { CopyIcon, TrashIcon } from '../../primitives/icons';
import { modelColor } from '../../primitives/model-colors';
import { StatusBadge } from '../../primitives/run-status';
import { modelTitle } from '../evaluation/model-names';
import { ContinueButton } from '../run/run-controls';
import { RunName } from './run-name';
import { activityOf, bestRound, sizeOf } from './run-results';

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

function ProgressCell({ run }: { run: RunState }) {
  const finished = run.stages.filter(hasResult).length;
  const included = run.stages.filter(isIncluded).length;
  const trained = run.stages.filter((stage) => stage.kind === 'train' && hasResult(stage));
  const atWork = run.stages.find(({ status }) => status === 'running');
  const left = atWork?.secondsLeft;
  return (
    <Stack gap={4} miw={120} className="figures">
      <Group gap={8}>
        <StatusBadge status={run.status} />
        <Text size="xs" c="dimmed">
          {trained.length} of {run.recipe.rounds} rounds
        </Text>
      </Group>
      {run.status !== 'finished' && (
        <Progress
          value={included > 0 ? (100 * finished) / included : 0}
          size="xs"
          aria-label={`Stages of ${run.name}`}
        />
      )}
      {left !== undefined && left !== null && (
        <Text size="xs" c="dimmed">
          {formatSeconds(left)} left of this stage
        </Text>
      )}
    </Stack>
  );
}

function ResultCell({ run }: { run: RunState }) {
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
      <Text size="sm" fw={600}>
        {formatPercent(winRate)}{' '}
        <Text span size="xs" c="dimmed" fw={400}>
          [{formatPercent(low)}, {formatPercent(high)}]
        </Text>
      </Text>
      <Group gap={6} wrap="nowrap">
        <span aria-hidden style={{ width: 8, height: 8, borderRadius: '50%', background: modelColor(model) }} />
        <Text size="xs" c="dimmed">
          {modelTitle(model)}
          {gold !== null && ` · gold ${formatNumber(gold, 3)}`}
        </Text>
      </Group>
    </div>
  );
}

function Actions({ run }: { run: RunState }) {
  const commands = useCommands();
  const canContinue = !isActive(run) && run.status !== 'finished';
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      {canContinue && <ContinueButton run={run} size="xs" />}
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

interface RunRowProps {
  run: RunState;
  /** Milliseconds since 1970. */
  now: number;
  chosen: boolean;
  onChoose(chosen: boolean): void;
}

export function RunRow({ run, now, chosen, onChoose }: RunRowProps) {
  const modelName = useStudio((state) => state.models.find(({ id }) => id === run.modelId)?.name);
  const datasetName = useStudio((state) => state.datasets.find(({ id }) => id === run.datasetId)?.name);
  return (
    <Table.Tr data-testid="run-row" data-run={run.id}>
      <Table.Td>
        <Checkbox
          size="xs"
          checked={chosen}
          aria-label={`Choose ${run.name}`}
          onChange={(event) => onChoose(event.currentTarget.checked)}
        />
      </Table.Td>
      <Table.Td>
        <RunName run={run} />
        <Text size="xs" c="dimmed">
          {modelName ?? 'model deleted'} · {datasetName ?? 'data deleted'}
        </Text>
      </Table.Td>
      <Table.Td>
        <ProgressCell run={run} />
      </Table.Td>
      <Table.Td>
        <ResultCell run={run} />
      </Table.Td>
      <Table.Td className="figures">
        <Text size="sm" title={formatDate(activityOf(run))}>
          {formatSince(activityOf(run), now)}
        </Text>
      </Table.Td>
      <Table.Td className="figures" ta="right">
        <Text size="sm">{formatBytes(sizeOf(run))}</Text>
      </Table.Td>
      <Table.Td>
        <Actions run={run} />
      </Table.Td>
    </Table.Tr>
  );
}
