/** How the models of a run did in the blind votes of the playground. */
import { Group, Text } from '@mantine/core';
import { useCommands } from '../../app/studio-context';
import { formatInteger } from '../../primitives/format';
import { useReviewFigures } from '../pairs/use-review-figures';
import { useModelTitles } from './use-model-titles';

export function VoteTally({ runId }: { runId: string }) {
  const { playgroundTally } = useCommands();
  const titleOf = useModelTitles();
  const tallies = useReviewFigures(runId, playgroundTally);
  if (!tallies || tallies.length === 0) return null;
  return (
    <Group gap="md" className="figures" data-testid="vote-tally">
      {tallies.map(({ models: [first, second], wins: [a, b], ties }) => (
        <Text key={`${first} ${second}`} size="sm">
          {titleOf(first)} <b>{formatInteger(a)}</b> : <b>{formatInteger(b)}</b> {titleOf(second)}
          <Text span size="sm" c="dimmed">
            {ties > 0 ? `, ${formatInteger(ties)} without a preference` : ''}
          </Text>
        </Text>
      ))}
    </Group>
  );
}
