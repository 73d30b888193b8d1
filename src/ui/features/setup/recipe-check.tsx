/** Every warning of the recipe in one place, before the start. Warnings never keep a run from starting. */
import { Alert, List, Text } from '@mantine/core';
import { recipeFields } from '../../../store/recipe-draft';
import { currentWarnings } from '../../../store/recipe-warnings';
import { useStudio } from '../../app/studio-context';
import { fieldTexts, groupTitle } from './recipe-fields';

export function RecipeCheck() {
  const warnings = useStudio(currentWarnings);
  const fields = recipeFields.filter((field) => warnings[field] !== undefined);
  if (fields.length === 0) return null;
  return (
    <Alert
      color="yellow"
      title={fields.length === 1 ? '1 setting is unusual' : `${fields.length} settings are unusual`}
      data-testid="recipe-warnings"
    >
      <List size="sm" spacing={4}>
        {fields.map((field) => (
          <List.Item key={field}>
            <Text span inherit fw={600}>
              {groupTitle(field)}, {fieldTexts[field].label}:
            </Text>{' '}
            {warnings[field]}
          </List.Item>
        ))}
      </List>
      <Text size="xs" c="dimmed" mt={4}>
        The run can start all the same.
      </Text>
    </Alert>
  );
}
