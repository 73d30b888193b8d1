/** How much of the browser's storage the studio takes, and whether the browser may clear it. */
import { Button, Group, Paper, Progress, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useCommands, useStudio } from '../../app/studio-context';
import { formatBytes, formatPercent } from '../../primitives/format';

/** @param kinds what the room goes to, in bytes by kind */
export function StorageCard({ kinds }: { kinds: readonly (readonly [string, number])[] }) {
  const commands = useCommands();
  const cache = useStudio((state) => state.cache);
  const items = useStudio(({ models, datasets, runs }) => models.length + datasets.length + runs.length);
  const notify = useStudio((state) => state.notify);
  useEffect(() => void commands.refreshCache().catch(() => {}), [commands, items]);
  if (cache === null) return null;
  const { usedBytes, quotaBytes, persisted } = cache;
  const keep = async () => {
    const granted = await navigator.storage.persist();
    if (!granted)
      notify('info', 'The browser does not promise it yet. It does for pages that are installed or used often.');
    await commands.attempt(() => commands.refreshCache());
  };
  return (
    <Paper component="section" aria-label="Storage" data-testid="storage-card">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} size="h5">
            Storage
          </Title>
          <Text size="sm" c="dimmed" className="figures">
            {usedBytes === null || quotaBytes === null
              ? 'The browser does not say how much is used.'
              : `${formatBytes(usedBytes)} of ${formatBytes(quotaBytes)} that the browser allows, ${formatPercent(usedBytes / quotaBytes)}.`}{' '}
            {persisted
              ? 'The browser keeps it until you delete it.'
              : 'The browser may clear it when the disk runs full.'}
          </Text>
        </div>
        {!persisted && (
          <Button size="xs" variant="default" onClick={() => void keep()}>
            Ask the browser to keep it
          </Button>
        )}
      </Group>
      {usedBytes !== null && quotaBytes !== null && (
        <Progress value={(100 * usedBytes) / quotaBytes} size="sm" mt="xs" aria-label="Storage used" />
      )}
      {kinds.length > 0 && (
        <Text size="sm" mt="xs" className="figures" data-testid="storage-kinds">
          {kinds.map(([kind, bytes]) => `${kind} ${formatBytes(bytes)}`).join(' · ')}
          <Text span size="sm" c="dimmed">
            {' '}
            – a result that several runs share counts once here, and is listed with each below. The rest is curves,
            texts between stages, and the browser’s own bookkeeping.
          </Text>
        </Text>
      )}
    </Paper>
  );
}
