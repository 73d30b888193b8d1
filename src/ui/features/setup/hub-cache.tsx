/** What was downloaded: size, which runs use it, going on with what is part-finished, deleting; and the browser's room. */
import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { CachedModel, HubCache } from '../../../protocol/hub';
import { useCommands, useStudio } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { Disclosure } from '../../primitives/disclosure';
import { formatBytes } from '../../primitives/format';
import { runsUsing } from '../artifacts/artifact-rows';

function sizeText({ bytesStored, bytesTotal }: CachedModel): string {
  return bytesStored < bytesTotal
    ? `${formatBytes(bytesStored)} of ${formatBytes(bytesTotal)}`
    : formatBytes(bytesTotal);
}

function CachedRow({ cached }: { cached: CachedModel }) {
  const commands = useCommands();
  const busy = useStudio(({ download }) => download !== null && download.error === null);
  const runs = useStudio((state) => state.runs);
  const { key, model, modelId } = cached;
  const used = modelId === null ? [] : runsUsing(runs, 'model', modelId);
  const title = `${model.name}, commit ${model.commit.slice(0, 7)}`;
  return (
    <Table.Tr data-testid="cached-model">
      <Table.Td pl={0}>
        <Text size="sm" className="verbatim">
          {model.name}
        </Text>
        <Text size="xs" c="dimmed">
          {model.commit.slice(0, 7)} ·{' '}
          {used.length === 0
            ? 'in no run'
            : `in ${used.length === 1 ? 'run' : 'runs'} ${used.map(({ name }) => name).join(', ')}`}
        </Text>
      </Table.Td>
      <Table.Td ta="right" className="figures" style={{ whiteSpace: 'nowrap' }}>
        {sizeText(cached)}
      </Table.Td>
      <Table.Td pr={0}>
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {modelId === null && (
            <Button
              size="compact-xs"
              variant="default"
              disabled={busy}
              onClick={() => void commands.downloadModel(model).catch(() => {})}
              data-testid="resume-download"
            >
              Go on
            </Button>
          )}
          <ConfirmButton
            size="compact-xs"
            variant="default"
            disabled={busy}
            label="Delete"
            ariaLabel={`Delete the files of ${title}`}
            question={`Delete ${model.name}?`}
            consequence={
              used.length === 0
                ? `Its files (${formatBytes(cached.bytesStored)}) are deleted from this browser. They can be downloaded again.`
                : `Its files (${formatBytes(cached.bytesStored)}) are deleted from this browser. Runs that used it keep their results, but can be continued only after it is downloaded again.`
            }
            confirmLabel="Delete"
            onConfirm={() => void commands.attempt(() => commands.deleteCached(key))}
            testId="delete-cached"
          />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function roomText({ usedBytes, quotaBytes, persisted }: HubCache): string {
  const kept = persisted
    ? 'The browser keeps it until you delete it.'
    : 'The browser may clear it when the disk runs full.';
  if (usedBytes === null || quotaBytes === null) return kept;
  return `All of the studio takes ${formatBytes(usedBytes)} of the ${formatBytes(quotaBytes)} that the browser allows. ${kept}`;
}

export function HubCacheList() {
  const commands = useCommands();
  const cache = useStudio((state) => state.cache);
  const models = useStudio((state) => state.models);
  // Models of the library can be deleted above, with their files.
  useEffect(() => void commands.refreshCache().catch(() => {}), [commands, models]);
  if (cache === null || cache.models.length === 0) return null;
  const partial = cache.models.filter(({ bytesStored, bytesTotal }) => bytesStored < bytesTotal).length;
  const label = `Downloaded models: ${cache.models.length}${partial > 0 ? `, ${partial} of them in part` : ''}`;
  return (
    <Disclosure label={label} testId="hub-cache">
      <Stack gap={6} pt="xs">
        <Table verticalSpacing={6}>
          <Table.Tbody>
            {cache.models.map((cached) => (
              <CachedRow key={cached.key} cached={cached} />
            ))}
          </Table.Tbody>
        </Table>
        <Text size="xs" c="dimmed" data-testid="hub-room">
          {roomText(cache)}
        </Text>
      </Stack>
    </Disclosure>
  );
}
