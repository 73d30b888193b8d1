/** Figures that a run's log of reviews amounts to, read again after every decision and vote. */
import { useEffect, useState } from 'react';
import { useCommands, useStudio } from '../../app/studio-context';

/** @param read one of the commands; null until it has answered. A failure is shown as a notice */
export function useReviewFigures<T>(runId: string, read: (runId: string) => Promise<T>): T | null {
  const { attempt } = useCommands();
  const sequence = useStudio((state) => state.reviewSequence[runId] ?? 0);
  const [figures, setFigures] = useState<{ runId: string; value: T } | null>(null);
  useEffect(() => {
    let current = true;
    const look = async () => {
      const value = await attempt(() => read(runId));
      if (current && value !== undefined) setFigures({ runId, value });
    };
    void look();
    return () => {
      current = false;
    };
  }, [attempt, read, runId, sequence]);
  return figures?.runId === runId ? figures.value : null;
}
