/**
 * The time left of a run. What it computes is asked of the worker while something is left to make: when the run is opened, has
 * loaded its model, which may show a first speed, and has finished a stage.
 */
import { useEffect, useMemo, useState } from 'react';
import type { RunCost } from '../../../protocol/run-cost';
import { hasResult, isIncluded } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import { runTimeLeft, type RunTime } from '../../../store/run-time';
import { useCommands } from '../../app/studio-context';

export function useRunTime({ id, stages, engine }: RunState): RunTime {
  const { planRunCost } = useCommands();
  const [known, setKnown] = useState<{ runId: string; cost: RunCost | null } | null>(null);
  const isOver = stages.every((stage) => hasResult(stage) || !isIncluded(stage));
  const finished = stages.filter(hasResult).length;
  const hasEngine = engine !== null;
  useEffect(() => {
    if (isOver) return;
    let current = true;
    const ask = async () => {
      // An estimate is not worth an error: without one the page says nothing.
      const cost = await planRunCost(id).catch(() => null);
      if (current) setKnown({ runId: id, cost });
    };
    void ask();
    return () => {
      current = false;
    };
  }, [planRunCost, id, isOver, finished, hasEngine]);
  const cost = known?.runId === id ? known.cost : null;
  return useMemo(() => runTimeLeft(stages, cost), [stages, cost]);
}
