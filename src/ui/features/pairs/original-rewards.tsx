/** Has the run's reward model score original pairs, and leads to those whose label it contradicts. */
import { Button, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { originalRound } from '../../../protocol/pair-review';
import type { PairQuery } from '../../../protocol/pairs';
import { hasResult, isActive } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import type { PairView } from '../../../store/pairs';
import { useCommands, useStudio } from '../../app/studio-context';
import { formatAbout, formatInteger } from '../../primitives/format';
import type { LoadedPairs } from './use-pair-window';

interface OriginalRewardsProps {
  run: RunState;
  query: PairQuery;
  found: NonNullable<LoadedPairs['found']>;
  onChange: (change: Partial<PairView>) => void;
}

const contradicted = { margin: { from: null, to: 0 }, sort: { by: 'margin', descending: false } } as const;

export function OriginalRewards({ run, query, found, onChange }: OriginalRewardsProps) {
  const { attempt, scoreOriginals } = useCommands();
  const scoring = useStudio((state) => state.pairScoring);
  const busy = useStudio((state) => state.runs.find(isActive)?.name ?? null);
  const hasReward = run.stages.some((stage) => stage.kind === 'reward' && hasResult(stage));
  const hasOriginals = query.rounds.length === 0 || query.rounds.includes(originalRound);
  if (!hasReward || !hasOriginals || found.missing !== null) return null;
  if (scoring) return scoring.runId === run.id ? <ScoringProgress {...scoring} /> : null;
  const { unscored, asOf } = found;
  const showContradicted = () => onChange({ query: { ...query, rounds: [originalRound], ...contradicted }, place: 0 });
  const filtered = query.margin.to === 0 && query.margin.from === null;
  return (
    <Group gap="sm" data-testid="original-rewards" data-unscored={unscored}>
      {unscored > 0 && (
        <>
          <Text size="sm" c="dimmed">
            {busy === null
              ? `${formatInteger(unscored)} of these have no reward yet.`
              : `${formatInteger(unscored)} of these have no reward yet. The run “${busy}” has the GPU: score them when it has ended.`}
          </Text>
          <Button
            size="xs"
            variant="default"
            disabled={busy !== null}
            onClick={() => void attempt(() => scoreOriginals(query, asOf))}
            data-testid="score-originals"
          >
            Score with the reward model
          </Button>
        </>
      )}
      {!filtered && (
        <Button size="xs" variant="subtle" onClick={showContradicted} data-testid="contradicted-labels">
          Labels that the reward model contradicts
        </Button>
      )}
    </Group>
  );
}

function ScoringProgress({ done, total, secondsLeft }: { done: number; total: number; secondsLeft: number | null }) {
  const { attempt, stopScoring } = useCommands();
  return (
    <Paper p="xs" data-testid="scoring-progress">
      <Stack gap={4}>
        <Progress value={total === 0 ? 100 : (100 * done) / total} size="sm" aria-label="Pairs scored" />
        <Group justify="space-between" gap="xs">
          <Text size="xs" c="dimmed" className="figures">
            {formatInteger(done)} of {formatInteger(total)} pairs scored
            {secondsLeft === null ? '' : `, ${formatAbout(secondsLeft)} left`}
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => void attempt(stopScoring)}
            data-testid="stop-scoring"
          >
            Stop, keep what is scored
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
