/** The download under way: how far, how fast, how long still, and the button that ends it; or why it ended. */
import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import type { HubProgress } from '../../../protocol/hub';
import { useCommands, useStudio } from '../../app/studio-context';
import { ErrorAlert } from '../../primitives/error-alert';
import { formatBytes, formatSeconds } from '../../primitives/format';

function progressText(progress: HubProgress | null): string {
  if (progress === null) return 'Starting…';
  const { phase, file, bytesDone, bytesTotal, bytesPerSecond, secondsLeft } = progress;
  if (phase === 'verifying') return `Verifying ${file}…`;
  if (phase === 'importing') return 'Reading and checking the model…';
  const parts = [`${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`];
  if (bytesPerSecond !== null) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (secondsLeft !== null) parts.push(`${formatSeconds(secondsLeft)} left`);
  return parts.join(', ');
}

export function HubDownloadBar() {
  const commands = useCommands();
  const download = useStudio((state) => state.download);
  if (download === null) return null;
  const { name, progress, error } = download;
  if (error) return <ErrorAlert title={`${name} was not downloaded`} error={error} testId="hub-download-error" />;
  const share = progress && progress.bytesTotal > 0 ? progress.bytesDone / progress.bytesTotal : 0;
  return (
    <Stack gap={4} data-testid="hub-progress" data-bytes={progress?.bytesDone}>
      <Text size="sm">Downloading {name}</Text>
      <Progress value={100 * share} size="sm" aria-label={`Download of ${name}`} />
      <Group justify="space-between" align="start" gap="xs" wrap="nowrap">
        <Text size="xs" c="dimmed" className="figures">
          {progressText(progress)}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          style={{ flexShrink: 0 }}
          onClick={() => void commands.attempt(() => commands.cancelDownload())}
          data-testid="hub-cancel"
        >
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
