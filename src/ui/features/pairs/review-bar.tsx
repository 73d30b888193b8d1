/** The top of a review: which pair of how many, how many are done, and the way back to the list. */
import { ActionIcon, Badge, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { formatInteger } from '../../primitives/format';
import { ChevronIcon } from '../../primitives/icons';

interface ReviewBarProps {
  place: number;
  total: number;
  /** Pairs that are done, and what that is called. */
  done: number;
  doneWord: string;
  onMove: (place: number) => void;
  onLeave: () => void;
}

export function ReviewBar({ place, total, done, doneWord, onMove, onLeave }: ReviewBarProps) {
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Group gap="xs">
          <Button variant="default" size="xs" onClick={onLeave} data-testid="leave-review">
            Back to the list
          </Button>
          <ActionIcon
            variant="default"
            aria-label="Pair before"
            disabled={place <= 0}
            onClick={() => onMove(place - 1)}
            data-testid="review-before"
          >
            <span style={{ display: 'inline-flex', transform: 'rotate(180deg)' }}>
              <ChevronIcon size={16} />
            </span>
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label="Next pair"
            disabled={place >= total - 1}
            onClick={() => onMove(place + 1)}
            data-testid="review-next"
          >
            <ChevronIcon size={16} />
          </ActionIcon>
          <Text size="sm" className="figures" data-testid="review-place">
            Pair {formatInteger(place + 1)} of {formatInteger(total)}
          </Text>
        </Group>
        <Badge
          variant="light"
          color="teal"
          tt="none"
          className="figures"
          data-testid="reviewed-count"
          data-value={done}
        >
          {doneWord} {formatInteger(done)} of {formatInteger(total)}
        </Badge>
      </Group>
      <Progress value={total === 0 ? 0 : (100 * done) / total} size="sm" aria-label={`${doneWord} pairs`} />
    </Stack>
  );
}
