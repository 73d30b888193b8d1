/** What the training worker tells of results and checkpoints, asked for when the page opens and when a run or stage starts or ends. */
import { useCallback, useEffect, useState } from 'react';
import type { CheckpointSummary, StoredResult } from '../../../protocol/provenance';
import { useCommands, useStudio } from '../../app/studio-context';

export interface StoredByRuns {
  /** null before they were told. */
  checkpoints: CheckpointSummary[] | null;
  results: StoredResult[];
  refresh(): void;
}

export function useStoredByRuns(): StoredByRuns {
  const commands = useCommands();
  const [checkpoints, setCheckpoints] = useState<CheckpointSummary[] | null>(null);
  const [results, setResults] = useState<StoredResult[]>([]);
  const changes = useStudio(({ runs }) =>
    runs.map(({ id, status, stages }) => [id, status, ...stages.map((stage) => stage.status)].join()).join(),
  );
  const refresh = useCallback(() => {
    void commands.listCheckpoints().then(setCheckpoints, () => {});
    void commands.listResults().then(setResults, () => {});
  }, [commands]);
  useEffect(refresh, [refresh, changes]);
  return { checkpoints, results, refresh };
}
