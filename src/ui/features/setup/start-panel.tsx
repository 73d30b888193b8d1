/** The start button, with the reason beside it while it cannot be pressed. */
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { whyNotStart } from '../../../store/setup';
import { useCommands, useStudio } from '../../app/studio-context';
import { PlayIcon } from '../../primitives/icons';

export function StartPanel() {
  const reason = useStudio(whyNotStart);
  const commands = useCommands();
  const [starting, setStarting] = useState(false);
  const start = async () => {
    setStarting(true);
    await commands.attempt(() => commands.startChosenRun());
    setStarting(false);
  };
  return (
    <Group component="section" aria-label="Start" wrap="nowrap" maw={520}>
      <Text
        id="start-reason"
        size="sm"
        ta="right"
        c={reason ? undefined : 'dimmed'}
        role="status"
        data-testid="start-reason"
      >
        {reason ?? 'Everything is there.'}
      </Text>
      <Button
        flex="none"
        size="md"
        leftSection={<PlayIcon size={16} />}
        disabled={reason !== null}
        loading={starting}
        onClick={() => void start()}
        aria-describedby="start-reason"
        data-testid="start-run"
      >
        Start run
      </Button>
    </Group>
  );
}
