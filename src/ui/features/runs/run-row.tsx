/** One run of the list as a row of a table, and as a card where there is no room for one. */
import { Checkbox, Group, Paper, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RunState } from '../../../protocol/run-state';
import { RunActions, RunActivity, RunProgress, RunResult, RunSizeText, RunSources } from './run-cells';
import { RunName } from './run-name';
import type { RunSize } from './run-results';

export interface ListedRunProps {
  run: RunState;
  /** Milliseconds since 1970. */
  now: number;
  size: RunSize;
  chosen: boolean;
  onChoose(chosen: boolean): void;
}

function Choose({ run, chosen, onChoose }: Pick<ListedRunProps, 'run' | 'chosen' | 'onChoose'>) {
  return (
    <Checkbox
      size="xs"
      checked={chosen}
      aria-label={`Choose ${run.name}`}
      onChange={(event) => onChoose(event.currentTarget.checked)}
    />
  );
}

export function RunRow(props: ListedRunProps) {
  const { run, now, size } = props;
  return (
    <Table.Tr data-testid="run-row" data-run={run.id}>
      <Table.Td>
        <Choose {...props} />
      </Table.Td>
      <Table.Td>
        <RunName run={run} />
        <RunSources run={run} />
      </Table.Td>
      <Table.Td>
        <RunProgress run={run} />
      </Table.Td>
      <Table.Td>
        <RunResult run={run} />
      </Table.Td>
      <Table.Td>
        <RunActivity run={run} now={now} />
      </Table.Td>
      <Table.Td ta="right">
        <RunSizeText size={size} />
      </Table.Td>
      <Table.Td>
        <RunActions run={run} />
      </Table.Td>
    </Table.Tr>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {label}
      </Text>
      <dd style={{ margin: 0 }}>{children}</dd>
    </div>
  );
}

export function RunCard(props: ListedRunProps) {
  const { run, now, size } = props;
  return (
    <Paper component="li" p="sm" data-testid="run-row" data-run={run.id}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group gap="xs" wrap="nowrap" align="flex-start" miw={0}>
            <div style={{ paddingTop: 4 }}>
              <Choose {...props} />
            </div>
            <div style={{ minWidth: 0 }}>
              <RunName run={run} />
              <RunSources run={run} />
            </div>
          </Group>
          <RunActions run={run} />
        </Group>
        <RunProgress run={run} />
        <Group component="dl" m={0} gap="8px 24px" align="flex-start">
          <Fact label="Best win rate against SFT">
            <RunResult run={run} />
          </Fact>
          <Fact label="Last activity">
            <RunActivity run={run} now={now} />
          </Fact>
          <Fact label="Size">
            <RunSizeText size={size} />
          </Fact>
        </Group>
      </Stack>
    </Paper>
  );
}
