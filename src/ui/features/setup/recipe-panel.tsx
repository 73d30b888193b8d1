/** The recipe: presets, files, and every field grouped by stage. */
import { Accordion, Alert, Chip, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { presetNames, type PresetName } from '../../../store/setup';
import { useStudio } from '../../app/studio-context';
import { fieldGroups } from './recipe-fields';
import { RecipeChanges } from './recipe-changes';
import { RecipeFiles } from './recipe-files';
import { RecipeGroup } from './recipe-group';
import { RunPlan } from './run-plan';

const presetTexts: Readonly<Record<PresetName, string>> = {
  origin: 'The settings of the document the project began from: two responses a prompt, higher learning rates.',
  studio: 'Our defaults: four responses a prompt, best against worst.',
  smoke: 'A quick pass through every stage on a small model; minutes on a software adapter.',
  demo: 'The embedded demo: SFT, reward model and three rounds on a tiny model, in minutes even without a GPU.',
  'demo-quick': 'The embedded demo in short: less data and two rounds.',
  'demo-push': 'The embedded demo pushed too far: the reward keeps rising while the true quality does not.',
};

const CUSTOM = 'custom';

function Presets() {
  const preset = useStudio((state) => state.preset);
  const choose = useStudio((state) => state.choosePreset);
  const options: readonly string[] = preset === null ? [...presetNames, CUSTOM] : presetNames;
  const pick = (value: string) => {
    const name = presetNames.find((known) => known === value);
    if (name) choose(name);
  };
  return (
    <>
      <Chip.Group value={preset ?? CUSTOM} onChange={pick}>
        <Group gap={6} role="radiogroup" aria-label="Preset" data-testid="preset">
          {options.map((name) => (
            <Chip key={name} value={name} size="sm" radius="md" variant="light">
              {name}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Text size="sm" c="dimmed">
        {preset === null ? 'Edited by you. Choose a preset to start over.' : presetTexts[preset]}
      </Text>
    </>
  );
}

function Remarks() {
  const remarks = useStudio((state) => state.recipeRemarks);
  if (remarks.length === 0) return null;
  return (
    <Alert color="yellow" title="About the recipe file" data-testid="recipe-remarks">
      {remarks.map((remark) => (
        <Text key={remark} size="sm" className="verbatim">
          {remark}
        </Text>
      ))}
    </Alert>
  );
}

export function RecipePanel() {
  const problems = useStudio((state) => state.parsed.problems);
  const [opened, setOpened] = useState<string[]>(['run', 'data']);
  const wrong = fieldGroups.filter(({ fields }) => fields.some((field) => problems[field])).map(({ id }) => id);
  return (
    <Paper component="section" aria-label="Recipe">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            4. Recipe
          </Title>
          <RecipeFiles />
        </Group>
        <Presets />
        <Remarks />
        <RecipeChanges />
        <RunPlan />
        <Accordion
          multiple
          chevronPosition="left"
          value={[...new Set([...opened, ...wrong])]}
          onChange={setOpened}
          keepMounted={false}
          variant="separated"
        >
          {fieldGroups.map((group) => (
            <RecipeGroup key={group.id} group={group} />
          ))}
        </Accordion>
      </Stack>
    </Paper>
  );
}
