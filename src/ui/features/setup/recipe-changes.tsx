/** How the recipe differs from the preset chosen last, as a list that can be opened, with a way back for each setting. */
import { Button, Collapse, Group, ScrollArea, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { currentChanges } from '../../../store/recipe-diff';
import { useStudio } from '../../app/studio-context';
import { fieldTexts, groupTitle, valueText } from './recipe-fields';

export function RecipeChanges() {
  const changes = useStudio(currentChanges);
  const base = useStudio((state) => state.presetBase);
  const choosePreset = useStudio((state) => state.choosePreset);
  const reset = useStudio((state) => state.resetField);
  const [opened, { toggle }] = useDisclosure(false);
  if (changes.length === 0) return null;
  const count = changes.length === 1 ? '1 setting differs' : `${changes.length} settings differ`;
  return (
    <div data-testid="recipe-changes">
      <Group gap="xs">
        <Text size="sm">
          {count} from {base}.
        </Text>
        <Button variant="subtle" size="compact-sm" onClick={toggle} aria-expanded={opened}>
          {opened ? 'Hide' : 'Show'}
        </Button>
        <Button variant="subtle" size="compact-sm" onClick={() => choosePreset(base)}>
          Reset all
        </Button>
      </Group>
      <Collapse expanded={opened}>
        <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0 }}>
          <Table fz="sm" className="figures" aria-label={`Settings that differ from ${base}`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Setting</Table.Th>
                <Table.Th>{base}</Table.Th>
                <Table.Th>Now</Table.Th>
                <Table.Th aria-label="Reset" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {changes.map(({ field, preset, now }) => (
                <Table.Tr key={field}>
                  <Table.Td>
                    {fieldTexts[field].label}
                    <Text size="xs" c="dimmed">
                      {groupTitle(field)}
                    </Text>
                  </Table.Td>
                  <Table.Td>{valueText(field, preset)}</Table.Td>
                  <Table.Td className="verbatim">{valueText(field, now)}</Table.Td>
                  <Table.Td ta="right">
                    <Button
                      variant="subtle"
                      size="compact-xs"
                      onClick={() => reset(field)}
                      aria-label={`Reset ${fieldTexts[field].label} of ${groupTitle(field)}`}
                    >
                      Reset
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      </Collapse>
    </div>
  );
}
