/** Loading a recipe from a JSON file and saving it as one. */
import { Button, FileButton, Group } from '@mantine/core';
import { useStudio } from '../../app/studio-context';
import { saveRecipe } from '../../primitives/recipe-file';

export function RecipeFiles() {
  const recipe = useStudio((state) => state.parsed.recipe);
  const load = useStudio((state) => state.loadRecipe);
  const save = () => {
    if (recipe) saveRecipe(recipe);
  };
  const open = async (file: File | null) => {
    if (file) load(await file.text(), file.name);
  };
  return (
    <Group gap="xs">
      <FileButton
        accept="application/json,.json"
        onChange={(file) => void open(file)}
        inputProps={{ 'data-testid': 'recipe-file', 'aria-label': 'Recipe file' } as object}
      >
        {(props) => (
          <Button {...props} variant="default" size="xs">
            Load recipe
          </Button>
        )}
      </FileButton>
      <Button variant="default" size="xs" onClick={save} disabled={!recipe} data-testid="save-recipe">
        Save recipe
      </Button>
    </Group>
  );
}
