/** The playground's keys, on a button. */
import { Button, Kbd, Popover, Table } from '@mantine/core';

const rows: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [['Enter'], 'In the field: asks'],
  [['Shift', 'Enter'], 'In the field: a new line'],
  [['Escape'], 'In the field: stops the response, or ends editing'],
  [['↑'], 'In the empty field: edits the last prompt'],
  [['e'], 'Edits the last prompt'],
  [['a'], 'Asks the last prompt again'],
  [['l'], 'Asks it again of the left model alone'],
  [['r'], 'Asks it again of the right model alone'],
  [['1'], 'In a blind vote: left is better'],
  [['2'], 'In a blind vote: right is better'],
  [['3'], 'In a blind vote: neither'],
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
        <Table aria-label="Keys of the playground" verticalSpacing={2} fz="sm">
          <Table.Tbody>
            {rows.map(([keys, meaning]) => (
              <Table.Tr key={meaning}>
                <Table.Th scope="row" fw={400} style={{ whiteSpace: 'nowrap' }}>
                  {keys.map((key, i) => (
                    <span key={key}>
                      {i > 0 && ' + '}
                      <Kbd size="xs">{key}</Kbd>
                    </span>
                  ))}
                </Table.Th>
                <Table.Td>{meaning}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Popover.Dropdown>
    </Popover>
  );
}
