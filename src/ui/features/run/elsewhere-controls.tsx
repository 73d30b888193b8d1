/** In place of a run's buttons where another window goes on with it: browsers without shared workers give each window a worker of its own. */
import { Button, Flex, Group, Text } from '@mantine/core';
import { PauseIcon, StopIcon } from '../../primitives/icons';

const reason = 'This run goes on in another window';

export function ElsewhereControls() {
  return (
    <Flex direction="column" gap={4} align={{ base: 'flex-start', xs: 'flex-end' }} data-testid="run-elsewhere">
      <Group gap="xs" wrap="nowrap">
        <Button variant="default" leftSection={<PauseIcon size={14} />} disabled title={reason}>
          Pause
        </Button>
        <Button variant="default" leftSection={<StopIcon size={14} />} disabled title={reason}>
          Cancel
        </Button>
      </Group>
      <Text size="sm" c="dimmed" ta={{ base: 'left', xs: 'right' }} maw={260}>
        {reason}. Control it there; reload this page to see how far it is.
      </Text>
    </Flex>
  );
}
