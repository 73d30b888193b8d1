/** The advice on every stage of a run. Curves are looked at every few seconds and when a stage changes, not at every point. */
import { useInterval } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { RunState } from '../../../protocol/run-state';
import { metricsKey } from '../../../store/metrics';
import { useStudioStore } from '../../app/studio-context';
import { trainingAdvice, type Advice } from './training-advice';

const LOOK_MS = 5000;
/** Points of a curve, evenly spread: enough for means over quarters, and quick to take from a long one. */
const LOOKED_AT = 1000;

export function useAdvice({ id: runId, status, stages, recipe }: RunState): ReadonlyMap<string, readonly Advice[]> {
  const store = useStudioStore();
  const [look, setLook] = useState(0);
  useInterval(() => status === 'running' && setLook((count) => count + 1), LOOK_MS, { autoInvoke: true });
  const statuses = stages.map((stage) => stage.status).join();
  return useMemo(() => {
    const { metrics, runs } = store.getState();
    const current = runs.find(({ id }) => id === runId)?.stages ?? [];
    return new Map(
      current.map((stage) => {
        const points = metrics[metricsKey(runId, stage.id)]?.curve.toPoints(LOOKED_AT) ?? [];
        return [stage.id, trainingAdvice({ stage, points, stages: current, recipe })];
      }),
    );
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `look` and `statuses` say when to look again
  }, [store, runId, recipe, look, statuses]);
}
