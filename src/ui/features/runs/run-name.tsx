/** A run's name, a link to it, and a field to change it: Enter keeps the new one, Escape the old one. */
import { ActionIcon, Anchor, Group, TextInput, Tooltip } from '@mantine/core';
import { useState } from 'react';
import type { RunState } from '../../../protocol/run-state';
import { hashOf } from '../../app/hash-location';
import { EditIcon } from '../../primitives/icons';
import { longestName, useRename } from './use-rename';

/** The field appears because the person asked for it: what is typed goes there. */
const focusAll = (field: HTMLInputElement | null) => field?.select();

function NameField({ run, onEnd }: { run: RunState; onEnd(): void }) {
  const { name, setName, save } = useRename(run, onEnd);
  return (
    <TextInput
      size="xs"
      value={name}
      maxLength={longestName}
      ref={focusAll}
      aria-label={`New name of ${run.name}`}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save();
        if (event.key === 'Escape') onEnd();
      }}
      data-testid="run-name-field"
    />
  );
}

export function RunName({ run }: { run: RunState }) {
  const [editing, setEditing] = useState(false);
  if (editing) return <NameField run={run} onEnd={() => setEditing(false)} />;
  return (
    <Group gap={4} wrap="nowrap">
      <Anchor href={hashOf({ page: 'run', runId: run.id, tab: 'progress' })} fw={600} size="sm" className="verbatim">
        {run.name}
      </Anchor>
      <Tooltip label="Rename">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Rename ${run.name}`}
          onClick={() => setEditing(true)}
          data-testid="rename-run"
        >
          <EditIcon size={14} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
