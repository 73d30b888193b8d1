/** What takes the place of SFT in a run that does not train it. */
import { hasResult } from '../../../protocol/status';
import type { RunState, StageState } from '../../../protocol/run-state';

export interface StandIn {
  /** In a word or two, where a status would stand. */
  label: string;
  text: string;
}

/** null for stages that are trained or wait. */
export function sftStandIn(
  stage: Pick<StageState, 'kind' | 'status'>,
  { importedAdapterId, recipe }: Pick<RunState, 'importedAdapterId' | 'recipe'>,
): StandIn | null {
  if (stage.kind !== 'sft' || !hasResult(stage)) return null;
  if (importedAdapterId !== null)
    return { label: 'imported adapter', text: 'The imported adapter takes the place of this stage.' };
  if (recipe.sftEpochs > 0) return null;
  return {
    label: 'left out',
    text: 'SFT is left out, as the recipe says (0 epochs). The model as it is takes its place.',
  };
}
