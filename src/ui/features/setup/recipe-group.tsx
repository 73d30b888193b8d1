/** The fields of one stage: the usual ones, and the rest on demand. */
import { Accordion, Badge, Button, Collapse, Group, SimpleGrid, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { currentChanges } from '../../../store/recipe-diff';
import type { RecipeField as Field } from '../../../store/recipe-draft';
import { currentWarnings } from '../../../store/recipe-warnings';
import { useStudio } from '../../app/studio-context';
import { RecipeField } from './recipe-field';
import { fieldTexts, type FieldGroup } from './recipe-fields';

/** By the width of the panel: a column has to hold the usual choices uncut; longer ones take a row (recipe-field). */
const columns = { base: 1, '420px': 2, '760px': 3 };

function Fields({ fields }: { fields: readonly Field[] }) {
  return (
    <SimpleGrid type="container" cols={columns} spacing="md" verticalSpacing="md">
      {fields.map((field) => (
        <RecipeField key={field} field={field} />
      ))}
    </SimpleGrid>
  );
}

function RareFields({ fields, wrong }: { fields: readonly Field[]; wrong: boolean }) {
  const [opened, { toggle }] = useDisclosure(false);
  if (fields.length === 0) return null;
  // A field with a message is never hidden.
  const visible = opened || wrong;
  return (
    <>
      <Button variant="subtle" size="compact-sm" mt="md" onClick={toggle} aria-expanded={visible} disabled={wrong}>
        {visible ? 'Fewer settings' : `More settings (${fields.length})`}
      </Button>
      <Collapse expanded={visible} pt="sm">
        {visible && <Fields fields={fields} />}
      </Collapse>
    </>
  );
}

export function RecipeGroup({ group }: { group: FieldGroup }) {
  const problems = useStudio((state) => state.parsed.problems);
  const count = group.fields.filter((field) => problems[field] !== undefined).length;
  const warnings = useStudio(currentWarnings);
  const unusual = group.fields.filter((field) => warnings[field] !== undefined).length;
  const changes = useStudio(currentChanges);
  const changed = changes.filter(({ field }) => group.fields.includes(field)).length;
  const rare = group.fields.filter((field) => fieldTexts[field].rare);
  return (
    <Accordion.Item value={group.id}>
      <Accordion.Control data-testid={`recipe-group-${group.id}`}>
        <Group gap="xs">
          <Text fw={600} size="sm">
            {group.title}
          </Text>
          {count > 0 && (
            <Badge color="red" variant="light" tt="none">
              {count} wrong
            </Badge>
          )}
          {unusual > 0 && (
            <Badge color="yellow" variant="light" tt="none" c="var(--mantine-color-text)">
              {unusual} unusual
            </Badge>
          )}
          {changed > 0 && (
            <Badge color="gray" variant="light" tt="none" c="var(--mantine-color-text)">
              {changed} changed
            </Badge>
          )}
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Fields fields={group.fields.filter((field) => !fieldTexts[field].rare)} />
        <RareFields fields={rare} wrong={rare.some((field) => problems[field] !== undefined)} />
      </Accordion.Panel>
    </Accordion.Item>
  );
}
