/** What can be done with all pairs that the query finds: decide about them at once, undo, and save them as a file. */
import { Button, Group, Menu, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import type { PairDecision } from '../../../protocol/pair-review';
import type { PairQuery } from '../../../protocol/pairs';
import type { RunState } from '../../../protocol/studio';
import { openQuery } from '../../../store/pairs';
import { useCommands, useStudio } from '../../app/studio-context';
import { formatInteger } from '../../primitives/format';
import { saveFile } from '../../primitives/save-file';
import { useUndo } from './use-decisions';
import type { LoadedPairs } from './use-pair-window';

interface BulkMenuProps {
  run: RunState;
  query: PairQuery;
  found: LoadedPairs['found'];
}

type BulkDecision = PairDecision | 'clear';

const actions: readonly { decision: BulkDecision; label: string; consequence: string }[] = [
  { decision: 'keep', label: 'Keep all', consequence: 'Each is trained on, also where a filter dropped it.' },
  { decision: 'flip', label: 'Flip all', consequence: 'In each the rejected response becomes the chosen one.' },
  { decision: 'drop', label: 'Drop all', consequence: 'None of them is trained on.' },
  {
    decision: 'clear',
    label: 'Clear decisions',
    consequence: 'Decisions, edits and flags of these pairs are taken away.',
  },
];

const nobody = () => {};

export function BulkMenu({ run, query, found }: BulkMenuProps) {
  const { reviewAllPairs, exportPairs, attempt } = useCommands();
  const notify = useStudio((state) => state.notify);
  const [asked, setAsked] = useState<(typeof actions)[number] | null>(null);
  const undo = useUndo(run.id, query, found?.asOf ?? null, nobody);
  const total = formatInteger(found?.total ?? 0);
  const none = !found?.total;

  const apply = (decision: BulkDecision) => {
    setAsked(null);
    void attempt(async () => {
      const changed = await reviewAllPairs(query, found?.asOf ?? null, decision === 'clear' ? null : decision);
      notify('info', `${formatInteger(changed)} ${changed === 1 ? 'pair' : 'pairs'} changed. Undo takes it back.`);
    });
  };
  const save = (what: PairQuery, asOf: number | null) =>
    void attempt(async () => {
      const { file, pairs } = await exportPairs(what, asOf);
      if (pairs === 0) return notify('info', 'No pair is left to export: all are left out by filters or decisions.');
      saveFile(file, `${run.name.replaceAll(/[^\w-]+/g, '-')}-pairs.jsonl`);
      return notify(
        'info',
        `${formatInteger(pairs)} pairs exported. Those that are left out of training are not in the file.`,
      );
    });

  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default" data-testid="bulk-menu">
            All {total} found
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Decide about all {total} pairs found</Menu.Label>
          {actions.map((action) => (
            <Menu.Item
              key={action.decision}
              disabled={none}
              onClick={() => setAsked(action)}
              data-testid={`bulk-${action.decision}`}
            >
              {action.label}
            </Menu.Item>
          ))}
          <Menu.Item onClick={undo} data-testid="bulk-undo">
            Undo the last decision
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>Export as JSON lines (TRL)</Menu.Label>
          <Menu.Item disabled={none} onClick={() => save(query, found?.asOf ?? null)} data-testid="export-found">
            The pairs found
          </Menu.Item>
          <Menu.Item onClick={() => save(openQuery(run.id), null)} data-testid="export-all">
            All pairs of the run
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={`${asked?.label ?? ''}: ${total} pairs?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Text size="sm" mb="lg">
          {asked?.consequence} It counts from the next training stage on, and Undo takes it back as one.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsked(null)} data-autofocus>
            Cancel
          </Button>
          <Button onClick={() => asked && apply(asked.decision)} data-testid="bulk-confirm">
            {asked?.label}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
