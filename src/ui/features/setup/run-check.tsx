/** The last look before the start: what will run, what keeps it from starting, what is unusual, and the button. */
import { Alert, Button, Group, List, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { fittingMaxLength, hasRoundsTooMany, startProblems } from '../../../store/setup';
import { useCommands, useStudio } from '../../app/studio-context';
import { FactList } from '../../primitives/fact-list';
import { PlayIcon } from '../../primitives/icons';
import { RoomWarning } from '../device/room-warning';
import { RecipeCheck } from './recipe-check';
import { ReviewWait } from './review-wait';
import { runFacts } from './run-facts';

function StartButton({ blocked }: { blocked: boolean }) {
  const commands = useCommands();
  const [starting, setStarting] = useState(false);
  const start = async () => {
    setStarting(true);
    await commands.attempt(() => commands.startChosenRun());
    setStarting(false);
  };
  return (
    <Button
      flex="none"
      size="md"
      leftSection={<PlayIcon size={16} />}
      disabled={blocked}
      loading={starting}
      onClick={() => void start()}
      aria-describedby="start-reason"
      data-testid="start-run"
    >
      Start run
    </Button>
  );
}

function Problems({ problems }: { problems: readonly string[] }) {
  return (
    <div id="start-reason" role="status" data-testid="start-reason">
      {problems.length === 0 ? (
        <Text size="sm" c="dimmed">
          Everything is there.
        </Text>
      ) : (
        <List size="sm" spacing={2}>
          {problems.map((problem) => (
            <List.Item key={problem}>{problem}</List.Item>
          ))}
        </List>
      )}
    </div>
  );
}

/** Settings that have but one value to go on with, set by a click. */
function Fixes() {
  const maxLength = useStudio(fittingMaxLength);
  const noRounds = useStudio(hasRoundsTooMany);
  const edit = useStudio((state) => state.editRecipe);
  const fix = (field: 'maxLength' | 'rounds', value: number, label: string) => (
    <Button size="compact-sm" variant="default" onClick={() => edit(field, String(value))} data-testid={`fix-${field}`}>
      {label}
    </Button>
  );
  if (maxLength === null && !noRounds) return null;
  return (
    <Group gap="xs">
      {maxLength !== null && fix('maxLength', maxLength, `Set the maximal length to ${maxLength}`)}
      {noRounds && fix('rounds', 0, 'Set DPO rounds to 0')}
    </Group>
  );
}

function Facts() {
  const model = useStudio((state) => state.models.find(({ id }) => id === state.modelId));
  const recipe = useStudio((state) => state.parsed.recipe);
  const cost = useStudio((state) => state.runCost?.plan ?? null);
  const memory = useStudio((state) => state.memoryPlan?.plan ?? null);
  if (!model || !recipe || !cost) return null;
  return <FactList facts={runFacts({ model, recipe, cost, memory })} testId="run-facts" />;
}

export function RunCheck() {
  const problems = useStudio(useShallow(startProblems));
  const trouble = useStudio((state) => state.runCost?.problem ?? null);
  return (
    <Paper component="section" aria-label="Check and start">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={6}>
            <Title order={2} size="h4">
              Check
            </Title>
            <Problems problems={problems} />
            <Fixes />
          </Stack>
          <StartButton blocked={problems.length > 0} />
        </Group>
        <Facts />
        {trouble !== null && (
          <Alert color="yellow" title="The run would stop at its start" data-testid="cost-problem">
            {trouble}
          </Alert>
        )}
        <RoomWarning />
        <ReviewWait />
        <RecipeCheck />
      </Stack>
    </Paper>
  );
}
