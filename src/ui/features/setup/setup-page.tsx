/** Everything a run needs, in order: model, data, perhaps an adapter, recipe; above them the check and the start. */
import { Grid, Stack, Text, Title } from '@mantine/core';
import { useStudio } from '../../app/studio-context';
import { NoGpu } from '../device/no-gpu';
import { AdapterCard } from './adapter-card';
import { DatasetCard } from './dataset-card';
import { ModelCard } from './model-card';
import { RecipePanel } from './recipe-panel';
import { RunCheck } from './run-check';

export function SetupPage() {
  const deviceError = useStudio((state) => state.deviceError);
  if (deviceError) return <NoGpu error={deviceError} />;
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">
          New run
        </Title>
        <Text c="dimmed" size="sm">
          Files stay on this computer: nothing is uploaded, and nothing is fetched until you ask for it.
        </Text>
      </div>
      <RunCheck />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            <ModelCard />
            <DatasetCard />
            <AdapterCard />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <RecipePanel />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
