/** The settings of the recipe being edited that differ from the preset chosen last. */
import { useMemo } from 'react';
import { recipePresets } from '../../../protocol/recipe';
import { recipeDiff, type FieldChange } from '../../../store/recipe-diff';
import { useStudio } from '../../app/studio-context';

export function useRecipeDiff(): FieldChange[] {
  const draft = useStudio((state) => state.draft);
  const base = useStudio((state) => state.presetBase);
  return useMemo(() => recipeDiff(draft, recipePresets[base]), [draft, base]);
}
