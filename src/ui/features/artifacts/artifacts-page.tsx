/** Everything that is stored in this browser: models, data, what runs made, downloads, and the room that they take. */
import { Button, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { HubCacheList } from '../setup/hub-cache';
import { artifactKinds, artifactRows, filterArtifacts, type ArtifactKind } from './artifact-rows';
import { ArtifactTable } from './artifact-table';
import { CheckpointsCard } from './checkpoints-card';
import { ImportPanel } from './import-panel';
import { StorageCard } from './storage-card';

const kinds = Object.keys(artifactKinds) as ArtifactKind[];
const choices = [
  { value: 'all', label: 'All kinds' },
  ...kinds.map((kind) => ({ value: kind, label: artifactKinds[kind] })),
];

export function ArtifactsPage() {
  const stored = useStudio(
    useShallow(({ models, datasets, importedAdapters, runs }) => ({ models, datasets, importedAdapters, runs })),
  );
  const [kind, setKind] = useState<ArtifactKind | 'all'>('all');
  const [text, setText] = useState('');
  const all = artifactRows(stored);
  const rows = filterArtifacts(all, kind, text);
  return (
    <Stack data-testid="artifacts-page">
      <div>
        <Title order={1} size="h2">
          Artifacts
        </Title>
        <Text c="dimmed" size="sm">
          Models, data, and what runs made of them. All of it is in this browser; what something was made from is named
          by content hashes, as in a run’s run.json.
        </Text>
      </div>
      <StorageCard />
      <ImportPanel />
      {all.length === 0 ? (
        <EmptyState
          title="Nothing is stored yet"
          action={
            <Button component="a" href={hashOf({ page: 'setup' })} size="xs">
              Import a model or data
            </Button>
          }
        >
          Models and data that you import, and what runs make of them, are listed here.
        </EmptyState>
      ) : (
        <>
          <Group gap="xs">
            <TextInput
              size="xs"
              w={240}
              placeholder="Find by name or run"
              aria-label="Find by name or run"
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Select
              size="xs"
              w={180}
              aria-label="Kind"
              data={choices}
              value={kind}
              allowDeselect={false}
              onChange={(value) => setKind(kinds.find((one) => one === value) ?? 'all')}
            />
          </Group>
          <ArtifactTable rows={rows} />
          {rows.length === 0 && (
            <Text size="sm" c="dimmed">
              Nothing of this kind has “{text.trim()}” in its name.
            </Text>
          )}
        </>
      )}
      <CheckpointsCard />
      <HubCacheList />
    </Stack>
  );
}
