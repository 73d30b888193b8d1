/** The playground's keys, on a button. */
import { Button, Popover } from '@mantine/core';
import { KeysTable, type KeyRow } from '../../primitives/keys-table';

const rows: readonly KeyRow[] = [
  { keys: ['Enter'], meaning: 'In the field: asks' },
  { keys: ['Shift', 'Enter'], together: true, meaning: 'In the field: a new line' },
  { keys: ['Escape'], meaning: 'In the field: stops the response, or ends editing' },
  { keys: ['↑'], meaning: 'In the empty field: edits the last prompt' },
  { keys: ['e'], meaning: 'Edits the last prompt' },
  { keys: ['a'], meaning: 'Asks the last prompt again' },
  { keys: ['l'], meaning: 'Asks it again of the left model alone' },
  { keys: ['r'], meaning: 'Asks it again of the right model alone' },
  { keys: ['1'], meaning: 'In a blind vote: left is better' },
  { keys: ['2'], meaning: 'In a blind vote: right is better' },
  { keys: ['3'], meaning: 'In a blind vote: neither' },
];

export function KeysHelp() {
  return (
    <Popover position="top-end" withArrow trapFocus returnFocus>
      <Popover.Target>
        <Button variant="subtle" px="xs" visibleFrom="sm" data-testid="playground-keys">
          Keys
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="calc(100vw - 32px)">
        <KeysTable label="Keys of the playground" rows={rows} />
      </Popover.Dropdown>
    </Popover>
  );
}
