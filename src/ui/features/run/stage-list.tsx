/** Every stage of a run in its order, grouped by round; a click shows its curves. */
import { Button, Paper, Stack, Text } from '@mantine/core';
import type { RunState } from '../../../protocol/studio';
import { useStudio } from '../../app/studio-context';
import { StageRow } from './stage-row';

interface StageListProps {
  run: RunState;
  shownId: string | undefined;
  /** True while the page shows whichever stage is at work. */
  following: boolean;
}

const roundTitle = (round: number) => (round === 0 ? 'Before the rounds' : `Round ${round}`);

export function StageList({ run, shownId, following }: StageListProps) {
  const select = useStudio((state) => state.selectStage);
  const rounds = [...new Set(run.stages.map(({ round }) => round))];
  const finished = run.stages.filter(({ status }) => status === 'done' || status === 'skipped').length;
  return (
    <Paper component="section" aria-label="Stages" p="sm">
      <Stack gap={4}>
        <Text size="sm" c="dimmed" px="xs" className="figures" data-testid="stages-finished">
          {finished} of {run.stages.length} stages finished
        </Text>
        {rounds.map((round) => (
          <div key={round} role="group" aria-label={roundTitle(round)}>
            <Text size="xs" fw={600} c="dimmed" px="xs" pt="xs" pb={2}>
              {roundTitle(round)}
            </Text>
            {run.stages
              .filter((stage) => stage.round === round)
              .map((stage) => (
                <StageRow
                  key={stage.id}
                  stage={stage}
                  paused={run.status === 'paused'}
                  shown={stage.id === shownId}
                  onSelect={() => select(run.id, stage.id)}
                />
              ))}
          </div>
        ))}
        {!following && (
          <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => select(run.id, null)}>
            Follow the run
          </Button>
        )}
      </Stack>
    </Paper>
  );
}
