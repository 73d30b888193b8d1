/** One kind of thing that a run takes: choose one that is there, or import another; its report and errors below. */
import { Group, Paper, Select, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { ImportKind } from '../../../store/setup';
import { useStudio } from '../../app/studio-context';
import { TrashIcon } from '../../primitives/icons';
import { runsUsing } from '../artifacts/artifact-rows';
import { DeleteItem } from '../artifacts/delete-item';
import { Intake } from './intake';

interface LibraryCardProps {
  kind: ImportKind;
  title: string;
  items: readonly { id: string; name: string }[];
  selected: string | null;
  onSelect: (id: string | null) => void;
  placeholder: string;
  clearable?: boolean;
  /** A choice above the way in. */
  choice?: ReactNode;
  /** In place of files of this computer. */
  intake?: ReactNode;
  children?: ReactNode;
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
  const { kind, title, items, onSelect, choice, intake, children } = props;
  return (
    <Paper component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        {items.length > 0 && <ItemSelect {...props} />}
        {choice}
        {intake ?? <Intake kind={kind} onImported={onSelect} />}
        {children}
      </Stack>
    </Paper>
  );
}
