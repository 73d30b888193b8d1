/** Which models can be asked: of a run, and of other runs on the same base. Pure. */
import { modelNameInRun, modelNameOf } from '../../../protocol/model-name';
import { hasResult } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';

type Stages = Pick<RunState, 'stages'>;

const isThere = (run: Stages, id: string): boolean => run.stages.some((stage) => stage.id === id && hasResult(stage));

/** As the evaluation names them, in order: 'base', and what the run has finished. */
export function modelsOf(run: Stages): string[] {
  const rounds = run.stages.filter(({ kind }) => kind === 'train').map(({ round }) => round);
  const trained = rounds.filter((round) => isThere(run, `round${round}.train`)).map(modelNameOf);
  return ['base', ...(isThere(run, 'sft') ? ['sft'] : []), ...trained];
}

/** The last model, compared with SFT. */
export function firstChoice(run: Stages): readonly [string, string | null] {
  const models = modelsOf(run);
  const last = models.at(-1) ?? 'base';
  const other = models.includes('sft') && last !== 'sft' ? 'sft' : 'base';
  return last === 'base' ? ['base', null] : [other, last];
}

/** What runs with the same base model and prompt format have trained: their prompts read alike, and the base is loaded once. */
export function modelsOfOthers(run: RunState, runs: readonly RunState[]): string[] {
  const isAlike = (other: RunState) =>
    other.id !== run.id && other.modelId === run.modelId && other.recipe.promptFormat === run.recipe.promptFormat;
  const trained = (other: RunState) => modelsOf(other).filter((model) => model !== 'base');
  return runs.filter(isAlike).flatMap((other) => trained(other).map((model) => modelNameInRun(other.id, model)));
}
