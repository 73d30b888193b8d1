/** The curves of the same kind of stage in earlier rounds of a run. */
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { metricsKey } from '../../../store/metrics';
import { useStudio } from '../../app/studio-context';
import type { EarlierRound } from '../../charts/plot-layout';
import { roundColor } from '../../primitives/model-colors';

/** 'round3.train' -> [1, 'round1.train'], [2, 'round2.train']; none for stages outside rounds. */
export function earlierStages(stageId: string): (readonly [round: number, id: string])[] {
  const [, round, kind] = /^round(\d+)\.(\w+)$/.exec(stageId) ?? [];
  if (round === undefined || kind === undefined) return [];
  return Array.from({ length: Number(round) - 1 }, (_, i) => [i + 1, `round${i + 1}.${kind}`] as const);
}

/** Told apart at the width of a thin line. */
const dashes = ['2 3', '8 3', '8 3 2 3'];

/** Of lines that have the same colour in every round. */
export const roundDash = (round: number): string => dashes[(round - 1) % dashes.length] ?? '';

export function useEarlierRounds(runId: string, stageId: string): EarlierRound[] {
  const stages = useMemo(() => earlierStages(stageId), [stageId]);
  const curves = useStudio(
    useShallow(({ metrics }) => stages.map(([, id]) => metrics[metricsKey(runId, id)]?.curve ?? null)),
  );
  return useMemo(
    () =>
      stages.flatMap(([round, id], index) => {
        const curve = curves[index];
        if (!curve || curve.length === 0) return [];
        return [{ id, label: `Round ${round}`, color: roundColor(round), dash: roundDash(round), curve }];
      }),
    [curves, stages],
  );
}
