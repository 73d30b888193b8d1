/** Deletes an item of the library after a question that says which runs use it; not while one of them is at work. */
import type { ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { isActive } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import type { ImportKind } from '../../../store/setup';
import { useCommands } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { deletionConsequence } from './artifact-rows';

interface DeleteItemProps extends ButtonProps {
  item: { kind: ImportKind; id: string; name: string };
  /** The runs that use it. */
  users: readonly RunState[];
  label: ReactNode;
  ariaLabel: string;
  testId: string;
}

export function DeleteItem({ item: { kind, id, name }, users, ...button }: DeleteItemProps) {
  const commands = useCommands();
  return (
    <ConfirmButton
      {...button}
      question={`Delete “${name}”?`}
      consequence={deletionConsequence(name, users.length)}
      confirmLabel="Delete"
      onConfirm={() => void commands.attempt(() => commands.deleteItem(kind, id))}
      variant="default"
      disabled={users.some(isActive)}
    />
  );
}
