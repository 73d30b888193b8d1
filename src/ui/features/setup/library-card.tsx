/** One kind of thing that a run takes: choose one that is there, or import another; its report and errors below. */
import { Group, Loader, Paper, Select, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { ImportKind } from '../../../store/setup';
import { useStudio } from '../../app/studio-context';
import { ErrorAlert } from '../../primitives/error-alert';
import { TrashIcon } from '../../primitives/icons';
import type { ChosenFiles } from '../../primitives/named-files';
import { runsUsing } from '../artifacts/artifact-rows';
import { DeleteItem } from '../artifacts/delete-item';
import { FileDrop } from './file-drop';

interface LibraryCardProps {
  kind: ImportKind;
  title: string;
  items: readonly { id: string; name: string }[];
  selected: string | null;
  onSelect: (id: string | null) => void;
  /** null when the person has to decide something first. */
  onImport: (chosen: ChosenFiles) => Promise<{ id: string } | null>;
  placeholder: string;
  hint: string;
  folder: boolean;
  accept?: string;
  clearable?: boolean;
  /** A choice above the way in. */
  choice?: ReactNode;
  /** In place of files of this computer. */
  intake?: ReactNode;
  children?: ReactNode;
}

function ImportStatus({ kind }: { kind: ImportKind }) {
  const progress = useStudio((state) => state.imports[kind]);
  if (!progress) return null;
  if (progress.error) {
    return <ErrorAlert title={`${progress.name} cannot be used`} error={progress.error} testId={`${kind}-error`} />;
  }
  return (
    <Group gap="xs" role="status">
      <Loader size="xs" />
      <Text size="sm">Reading and checking {progress.name}…</Text>
    </Group>
  );
}

function ItemSelect({ kind, title, items, selected, onSelect, placeholder, clearable }: LibraryCardProps) {
  const item = items.find(({ id }) => id === selected);
  const users = useStudio(useShallow(({ runs }) => (item ? runsUsing(runs, kind, item.id) : [])));
  return (
    <Group gap="xs" wrap="nowrap">
      <Select
        flex={1}
        aria-label={title}
        data={items.map(({ id, name: label }) => ({ value: id, label }))}
        value={selected}
        onChange={onSelect}
        placeholder={placeholder}
        clearable={clearable ?? false}
        allowDeselect={false}
        data-testid={`${kind}-select`}
      />
      {item && (
        <DeleteItem
          item={{ ...item, kind }}
          users={users}
          label={<TrashIcon />}
          ariaLabel={`Delete ${item.name} from this browser`}
          px="xs"
          testId={`delete-${kind}`}
        />
      )}
    </Group>
  );
}

export function LibraryCard(props: LibraryCardProps) {
  const { kind, title, items, hint, folder, accept, onImport, onSelect, choice, intake, children } = props;
  const busy = useStudio((state) => state.imports[kind]?.error === null);
  // A failed import is shown at its place by ImportStatus.
  const take = (chosen: ChosenFiles) =>
    onImport(chosen).then(
      (item) => item && onSelect(item.id),
      () => {},
    );
  return (
    <Paper component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        {items.length > 0 && <ItemSelect {...props} />}
        {choice}
        {intake ?? (
          <>
            <FileDrop
              id={kind}
              hint={hint}
              folder={folder}
              {...(accept !== undefined && { accept })}
              busy={busy}
              onChosen={(chosen) => void take(chosen)}
            />
            <ImportStatus kind={kind} />
          </>
        )}
        {children}
      </Stack>
    </Paper>
  );
}
