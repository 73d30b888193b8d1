/** How far the import of data files, or their download, is, and the button that ends it. */
import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useCommands, useStudio } from '../../app/studio-context';
import { formatBytes, formatInteger } from '../../primitives/format';

export function ImportProgressBar() {
  const commands = useCommands();
  const progress = useStudio((state) => state.importProgress);
  if (progress === null) return null;
  const { bytesDone, bytesTotal, records } = progress;
  return (
    <Stack gap={4} data-testid="import-progress" data-records={records ?? undefined}>
      <Progress value={bytesTotal === 0 ? 0 : (100 * bytesDone) / bytesTotal} size="sm" aria-label="Import" />
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed" className="figures">
          {formatBytes(bytesDone)} of {formatBytes(bytesTotal)}
          {records === null ? ' downloaded' : `, ${formatInteger(records)} records`}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => void commands.attempt(() => commands.cancelImport())}
          data-testid="cancel-import"
        >
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
