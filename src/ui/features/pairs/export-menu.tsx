/** Saves pairs as a file of JSON lines: those that the query finds, or all of the run. */
import { ActionIcon, Menu } from '@mantine/core';
import type { PairQuery } from '../../../protocol/pairs';
import type { RunState } from '../../../protocol/run-state';
import { openQuery } from '../../../store/pairs';
import { useCommands, useStudio } from '../../app/studio-context';
import { DownloadIcon } from '../../primitives/icons';
import { saveFile } from '../../primitives/save-file';
import { pairCount } from './pair-words';
import type { LoadedPairs } from './use-pair-window';

interface ExportMenuProps {
  run: RunState;
  query: PairQuery;
  found: LoadedPairs['found'];
}

export function ExportMenu({ run, query, found }: ExportMenuProps) {
  const { exportPairs, attempt } = useCommands();
  const notify = useStudio((state) => state.notify);
  const total = found?.total ?? 0;
  const save = (what: PairQuery, asOf: number | null) =>
    void attempt(async () => {
      const { file, pairs } = await exportPairs(what, asOf);
      if (pairs === 0) return notify('info', 'No pair is left to export: all are left out by filters or decisions.');
      saveFile(file, `${run.name.replaceAll(/[^\w-]+/g, '-')}-pairs.jsonl`);
      return notify('info', `${pairCount(pairs)} exported. Those that are left out of training are not in the file.`);
    });
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon
          variant="default"
          size={36}
          aria-label="Export pairs"
          title="Export pairs"
          data-testid="export-menu"
        >
          <DownloadIcon size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Export as JSON lines (TRL)</Menu.Label>
        {total > 0 && (
          <Menu.Item onClick={() => save(query, found?.asOf ?? null)} data-testid="export-found">
            The {pairCount(total)} found
          </Menu.Item>
        )}
        <Menu.Item onClick={() => save(openQuery(run.id), null)} data-testid="export-all">
          All pairs of the run
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
