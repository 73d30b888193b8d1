/** How fast the stages of the latest run were, asked for when the page opens and every few seconds while it goes on. */
import { useInterval } from '@mantine/hooks';
import { useCallback, useEffect, useState } from 'react';
import { isActive } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import type { StageSpeed } from '../../../protocol/system';
import { useCommands } from '../../app/studio-context';

const EVERY_MS = 5000;

export function useStageSpeeds(run: RunState | undefined): readonly StageSpeed[] {
  const commands = useCommands();
  const [found, setFound] = useState<{ runId: string; speeds: StageSpeed[] } | null>(null);
  const runId = run?.id;
  const active = run !== undefined && isActive(run);
  const ask = useCallback(() => {
    if (runId === undefined) return;
    // Where the model was deleted there is nothing to count with.
    void commands.getStageSpeeds(runId).then(
      (speeds) => setFound({ runId, speeds }),
      () => {},
    );
  }, [commands, runId]);
  useEffect(ask, [ask, active]);
  useInterval(() => active && ask(), EVERY_MS, { autoInvoke: true });
  return found?.runId === runId ? (found?.speeds ?? []) : [];
}
