/** The synthetic pairs of a run, one round at a time. */
import { Group, SegmentedControl, Stack, Text } from '@mantine/core';
import type { RunState, StageState } from '../../../protocol/studio';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { PairsTable } from './pairs-table';

/** The stages whose pairs may be there. */
const scored = (run: RunState): StageState[] =>
  run.stages.filter(({ kind, status }) => kind === 'score' && status !== 'pending');

function RoundSelector({ run, rounds, round }: { run: RunState; rounds: readonly number[]; round: number }) {
  const select = useStudio((state) => state.selectRound);
  return (
    <Group gap="sm">
      <Text size="sm" c="dimmed" id="round-label">
        Round
      </Text>
      <SegmentedControl
        aria-labelledby="round-label"
        data={rounds.map(String)}
        value={String(round)}
        onChange={(value) => select(run.id, Number(value))}
        data-testid="round"
      />
    </Group>
  );
}

export function PairsView({ run }: { run: RunState }) {
  const stages = scored(run);
  const chosen = useStudio((state) => state.roundByRun[run.id]);
  const stage = stages.find(({ round }) => round === chosen) ?? stages.at(-1);
  if (!stage) {
    return (
      <EmptyState title="No pairs yet">
        In every round the model answers fresh prompts several times, and the reward model picks the best and the worst
        answer. The pairs appear here as they are scored.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <RoundSelector run={run} rounds={stages.map(({ round }) => round)} round={stage.round} />
      {stage.notes.map((note) => (
        <Text key={note} size="sm" c="dimmed">
          {note}
        </Text>
      ))}
      <PairsTable key={stage.round} runId={run.id} round={stage.round} version={`${stage.status}:${stage.done}`} />
    </Stack>
  );
}
