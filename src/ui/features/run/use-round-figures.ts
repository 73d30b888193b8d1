/** Figures of a round that its stage left behind, asked for again whenever the stage has another result. */
import { useEffect, useState } from 'react';
import type { StageState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';

/**
 * @param read one of the commands
 * @returns undefined until it has answered, null when there is nothing or it failed, which is shown as a notice
 */
export function useRoundFigures<T>(
  runId: string,
  { round, status, finishedAt }: StageState,
  read: (runId: string, round: number) => Promise<T | null>,
): T | null | undefined {
  const { attempt } = useCommands();
  const [figures, setFigures] = useState<T | null>();
  useEffect(() => {
    let current = true;
    const look = async () => {
      const found = await attempt(() => read(runId, round));
      if (current) setFigures(found ?? null);
    };
    void look();
    return () => {
      current = false;
    };
  }, [attempt, read, runId, round, status, finishedAt]);
  return figures;
}
