/** What keys do, as a table: the one look for the shell's keys and those of a page. */
import { Kbd, Table, Text } from '@mantine/core';

export interface KeyRow {
  keys: readonly string[];
  /** How several are pressed: one after the other, unless together. */
  together?: boolean;
  meaning: string;
}

export function KeysTable({ label, rows }: { label: string; rows: readonly KeyRow[] }) {
  return (
    <Table aria-label={label} verticalSpacing={3} fz="sm">
      <Table.Tbody>
        {rows.map(({ keys, together, meaning }) => (
          <Table.Tr key={meaning}>
            <Table.Th scope="row" w={120} fw={400} style={{ whiteSpace: 'nowrap' }}>
              {keys.map((key, i) => (
                <span key={key}>
                  {i > 0 && (
                    <Text span size="xs" c="dimmed">
                      {together ? ' + ' : ' then '}
                    </Text>
                  )}
                  <Kbd size="xs">{key}</Kbd>
                </span>
              ))}
            </Table.Th>
            <Table.Td>{meaning}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
