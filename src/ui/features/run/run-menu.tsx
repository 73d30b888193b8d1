/** What can be done with a run as a whole, beside its name: rename it, begin another like it, delete it. */
import { ActionIcon, Button, Group, Menu, Modal, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { isActive } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';
import { CopyIcon, EditIcon, MoreIcon, TrashIcon } from '../../primitives/icons';
import { useElsewhere } from '../../primitives/use-elsewhere';
import { longestName, useRename } from '../runs/use-rename';

function RenameForm({ run, onEnd }: { run: RunState; onEnd(): void }) {
  const { name, setName, save } = useRename(run, onEnd);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextInput
        label="Name"
        value={name}
        maxLength={longestName}
        autoComplete="off"
        onChange={(event) => setName(event.currentTarget.value)}
        onFocus={(event) => event.currentTarget.select()}
        data-autofocus
        data-testid="run-name-field"
      />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onEnd}>
          Cancel
        </Button>
        <Button type="submit" disabled={name.trim() === ''}>
          Rename
        </Button>
      </Group>
    </form>
  );
}

export function RunMenu({ run }: { run: RunState }) {
  const commands = useCommands();
  const [renaming, { open, close }] = useDisclosure(false);
  const active = isActive(run);
  const elsewhere = useElsewhere(run.id);
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`More that can be done with ${run.name}`}
            data-testid="run-menu"
          >
            <MoreIcon size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!elsewhere && (
            <Menu.Item leftSection={<EditIcon size={14} />} onClick={open} data-testid="rename-run">
              Rename
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<CopyIcon size={14} />}
            onClick={() => commands.duplicateRun(run.id)}
            data-testid="duplicate-run"
          >
            New run like this one
          </Menu.Item>
          <Menu.Item
            leftSection={<TrashIcon size={14} />}
            disabled={active}
            onClick={() => void commands.attempt(() => commands.deleteRun(run.id))}
            data-testid="delete-run"
          >
            {active ? 'Delete (cancel it first)' : 'Delete'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={renaming}
        onClose={close}
        title="Rename the run"
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <RenameForm run={run} onEnd={close} />
      </Modal>
    </>
  );
}
