/** Short messages in the corner until they are closed; informing ones go by themselves. */
import { Affix, Notification, Stack } from '@mantine/core';
import { useEffect } from 'react';
import type { Notice } from '../../store/notices';
import { useStudio } from './studio-context';

const INFO_MS = 6000;

function NoticeCard({ notice }: { notice: Notice }) {
  const dismiss = useStudio((state) => state.dismissNotice);
  const { id, level, message } = notice;
  useEffect(() => {
    if (level !== 'info') return;
    const timer = setTimeout(() => dismiss(id), INFO_MS);
    return () => clearTimeout(timer);
  }, [dismiss, id, level]);
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
      {message}
    </Notification>
  );
}

export function Notices() {
  const notices = useStudio((state) => state.notices);
  return (
    <Affix position={{ bottom: 16, right: 16 }} w={380} maw="calc(100vw - 32px)">
      <Stack gap="xs">
        {notices.map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      </Stack>
    </Affix>
  );
}
