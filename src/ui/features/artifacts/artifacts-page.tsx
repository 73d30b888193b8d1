/** Everything that is stored in this browser: models, data, what runs made, downloads, and the room that they take. */
import { Button, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { HubCacheList } from '../setup/hub-cache';
import { artifactKinds, artifactRows, filterArtifacts, type ArtifactKind } from './artifact-rows';
import { groupArtifacts, groupings, sortArtifacts, sortings, type Grouping, type Sorting } from './artifact-order';
import { ArtifactTable } from './artifact-table';
import { CheckpointsCard } from './checkpoints-card';
import { ImportPanel } from './import-panel';
import { StorageCard } from './storage-card';
import { storageByKind } from './storage-kinds';
import { useStoredByRuns } from './use-stored';

const kinds = Object.keys(artifactKinds) as ArtifactKind[];
const choices = [
  { value: 'all', label: 'All kinds' },
  ...kinds.map((kind) => ({ value: kind, label: artifactKinds[kind] })),
];

interface ChoiceProps<T extends string> {
  label: string;
  choices: Readonly<Record<T, string>>;
  value: T;
  onChange: (value: T) => void;
}

function Choice<T extends string>({ label, choices: titles, value, onChange }: ChoiceProps<T>) {
  const values = Object.keys(titles) as T[];
  return (
    <Select
      size="xs"
      w={150}
      aria-label={label}
      data={values.map((one) => ({ value: one, label: titles[one] }))}
      value={value}
      allowDeselect={false}
      onChange={(chosen) => onChange(values.find((one) => one === chosen) ?? value)}
    />
  );
}

export function ArtifactsPage() {
  const stored = useStudio(
    useShallow(({ models, datasets, importedAdapters, runs }) => ({ models, datasets, importedAdapters, runs })),
  );
  const [kind, setKind] = useState<ArtifactKind | 'all'>('all');
  const [text, setText] = useState('');
  const [sorting, setSorting] = useState<Sorting>('stored');
  const [grouping, setGrouping] = useState<Grouping>('none');
  const { checkpoints, results, refresh } = useStoredByRuns();
  const downloads = useStudio((state) => state.cache?.models);
  const all = artifactRows({ ...stored, results });
  const rows = filterArtifacts(all, kind, text);
  const groups = groupArtifacts(sortArtifacts(rows, sorting), grouping);
  const parts = { ...stored, results, checkpoints: checkpoints ?? [], downloads: downloads ?? [] };
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
      <StorageCard kinds={storageByKind(parts, all)} />
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
            <Choice label="Sort" choices={sortings} value={sorting} onChange={setSorting} />
            <Choice label="Groups" choices={groupings} value={grouping} onChange={setGrouping} />
          </Group>
          {rows.length > 0 && <ArtifactTable groups={groups} />}
          {rows.length === 0 && (
            <Text size="sm" c="dimmed">
              Nothing of this kind has “{text.trim()}” in its name.
            </Text>
          )}
        </>
      )}
      <CheckpointsCard checkpoints={checkpoints} onDeleted={refresh} />
      <HubCacheList />
    </Stack>
  );
}
