/** The axis of models, from the base model to the last round: every one is named, however little room there is. */
import { axis } from '../../charts/chart-parts';
import { modelTick } from './model-names';
import { useNarrow } from '../../primitives/use-narrow';

/** @param room on both sides of the first and last model, in pixels */
export function useModelAxis(room: number) {
  const narrow = useNarrow();
  const padding = narrow ? Math.min(room, 12) : room;
  return {
    ...axis,
    dataKey: 'model',
    tickFormatter: modelTick,
    interval: 0,
    padding: { left: padding, right: padding },
    ...(narrow && { angle: -40, textAnchor: 'end' as const, height: 52 }),
  } as const;
}
