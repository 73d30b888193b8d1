/** Why a run's figures leave stages out. Pure. */
import type { RunState } from '../../../protocol/run-state';

/** 'Left out are 3 stages whose results were taken from earlier runs.'; null where none was. */
export function reusedRemark({ stages }: Pick<RunState, 'stages'>): string | null {
  const count = stages.filter(({ status }) => status === 'skipped').length;
  if (count === 0) return null;
  return count === 1
    ? 'Left out is one stage whose result was taken from an earlier run: it computed nothing here.'
    : `Left out are ${count} stages whose results were taken from earlier runs: they computed nothing here.`;
}
