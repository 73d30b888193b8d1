/** Which keys lead where. */
import { Kbd, Table } from '@mantine/core';
import { placeNames } from './place-names';

const rows = [
  ...placeNames.map(({ title, letter }) => ({ keys: ['g', letter], meaning: title })),
  { keys: ['?'], meaning: 'Shows these keys' },
];

export function PlaceKeysTable() {
  return (
    <Table aria-label="Keys" verticalSpacing={4} fz="sm">
      <Table.Tbody>
        {rows.map(({ keys, meaning }) => (
          <Table.Tr key={meaning}>
            <Table.Th scope="row" w={160} fw={400}>
              {keys.map((key, i) => (
                <span key={key}>
                  {i > 0 && ' then '}
                  <Kbd>{key}</Kbd>
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
