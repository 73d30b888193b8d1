/** Which models of a run can be asked. Pure. */
import { modelNameOf } from '../../../protocol/model-name';
import { hasResult } from '../../../protocol/status';
import type { RunState } from '../../../protocol/studio';

const isThere = (run: Pick<RunState, 'stages'>, id: string): boolean =>
  run.stages.some((stage) => stage.id === id && hasResult(stage));

/** As the evaluation names them, in order: 'base', and what the run has finished. */
export function modelsOf(run: Pick<RunState, 'stages'>): string[] {
  const rounds = run.stages.filter(({ kind }) => kind === 'train').map(({ round }) => round);
  const trained = rounds.filter((round) => isThere(run, `round${round}.train`)).map(modelNameOf);
  return ['base', ...(isThere(run, 'sft') ? ['sft'] : []), ...trained];
}

/** The last model, compared with SFT. */
export function firstChoice(run: Pick<RunState, 'stages'>): readonly [string, string | null] {
  const models = modelsOf(run);
  const last = models.at(-1) ?? 'base';
  const other = models.includes('sft') && last !== 'sft' ? 'sft' : 'base';
  return last === 'base' ? ['base', null] : [other, last];
}
