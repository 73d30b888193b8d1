/** How the models of a run did in the blind votes of the playground. */
import { Group, Text } from '@mantine/core';
import { useCommands } from '../../app/studio-context';
import { formatInteger } from '../../primitives/format';
import { modelTitle } from '../evaluation/model-names';
import { useReviewFigures } from '../pairs/use-review-figures';

export function VoteTally({ runId }: { runId: string }) {
  const { playgroundTally } = useCommands();
  const tallies = useReviewFigures(runId, playgroundTally);
  if (!tallies || tallies.length === 0) return null;
  return (
    <Group gap="md" className="figures" data-testid="vote-tally">
      {tallies.map(({ models: [first, second], wins: [a, b], ties }) => (
        <Text key={`${first} ${second}`} size="sm">
          {modelTitle(first)} <b>{formatInteger(a)}</b> : <b>{formatInteger(b)}</b> {modelTitle(second)}
          <Text span size="sm" c="dimmed">
            {ties > 0 ? `, ${formatInteger(ties)} without a preference` : ''}
          </Text>
        </Text>
      ))}
    </Group>
  );
}
