/** Short messages in the corner until they are closed; informing ones go by themselves, unless they ask for a decision. */
import { Affix, Button, Group, Notification, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { Notice } from '../../store/notices';
import { useCommands, useStudio } from './studio-context';

const INFO_MS = 6000;
/** Long enough to see what was done and to reach the button. */
const ACTION_MS = 15_000;

/** null for a notice that stays until it is closed. */
export function lifetimeMs({ level, action }: Pick<Notice, 'level' | 'action'>): number | null {
  if (level !== 'info' || action?.lasting) return null;
  return action ? ACTION_MS : INFO_MS;
}

function NoticeCard({ notice }: { notice: Notice }) {
  const dismiss = useStudio((state) => state.dismissNotice);
  const commands = useCommands();
  const { id, level, message, action } = notice;
  const lifetime = lifetimeMs(notice);
  useEffect(() => {
    if (lifetime === null) return;
    const timer = setTimeout(() => dismiss(id), lifetime);
    return () => clearTimeout(timer);
  }, [dismiss, id, lifetime]);
  return (
    <Notification
      color={level === 'error' ? 'red' : 'teal'}
      title={level === 'error' ? 'That did not work' : undefined}
      withBorder
      role={level === 'error' ? 'alert' : 'status'}
      onClose={() => dismiss(id)}
      closeButtonProps={{ 'aria-label': 'Close the message' }}
      data-testid="notice"
    >
      {action ? (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">{message}</Text>
          <Button
            size="compact-sm"
            variant="light"
            flex="none"
            onClick={() => {
              dismiss(id);
              void commands.attempt(action.run);
            }}
            data-testid="notice-action"
          >
            {action.label}
          </Button>
        </Group>
      ) : (
        message
      )}
    </Notification>
  );
}

export function Notices() {
  const notices = useStudio((state) => state.notices);
  return (
    <Affix position={{ bottom: 'calc(var(--studio-foot, 0px) + 16px)', right: 16 }} w={380} maw="calc(100vw - 32px)">
      {/* Reversed twice, so that of more notices than the window holds the newest are in sight, at the bottom. */}
      <Stack
        gap="xs"
        mah="calc(100vh - var(--studio-foot, 0px) - 88px)"
        style={{ flexDirection: 'column-reverse', overflowY: 'auto' }}
      >
        {notices.toReversed().map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      </Stack>
    </Affix>
  );
}
