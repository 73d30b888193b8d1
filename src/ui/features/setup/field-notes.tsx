/** What stands under a recipe field: its meaning, unit, default and usual range, and why its value is worth a second look. */
import { Anchor, Text } from '@mantine/core';
import { currentChanges } from '../../../store/recipe-diff';
import { draftOf, numberText, type RecipeField } from '../../../store/recipe-draft';
import { recipePresets } from '../../../protocol/recipe';
import { usualRange, type UsualRange } from '../../../store/recipe-ranges';
import { currentWarnings } from '../../../store/recipe-warnings';
import type { PresetName } from '../../../store/setup';
import { useStudio } from '../../app/studio-context';
import { WarningIcon } from '../../primitives/icons';
import { fieldTexts, valueText } from './recipe-fields';
import { fieldUnits } from './recipe-units';

function rangeText({ min, max }: UsualRange): string {
  if (min === undefined) return `usual: up to ${numberText(max ?? 0)}`;
  return max === undefined ? `usual: from ${numberText(min)}` : `usual: ${numberText(min)} to ${numberText(max)}`;
}

/** Unit, the preset's value and the usual range, as far as there are any. A name is none of the preset's settings. */
export function fieldFacts(field: RecipeField, preset: PresetName, range: UsualRange | undefined): string[] {
  const usual = `${preset}: ${valueText(field, draftOf(recipePresets[preset])[field])}`;
  return [fieldUnits[field] ?? [], field === 'name' ? [] : usual, range ? rangeText(range) : []].flat();
}

/** Spans only: it becomes the control's description, which is a paragraph and is read with the control. */
export function FieldNotes({ field }: { field: RecipeField }) {
  const preset = useStudio((state) => state.presetBase);
  const warning = useStudio((state) => currentWarnings(state)[field]);
  const trained = useStudio((state) => (state.draft.parameters === 'full' ? 'full' : 'lora'));
  const size = useStudio((state) => state.models.find(({ id }) => id === state.modelId)?.parameters ?? null);
  const range = usualRange(field, { parameters: trained, modelParameters: size });
  const facts = fieldFacts(field, preset, range);
  return (
    <>
      {fieldTexts[field].help}
      {facts.length > 0 && (
        <Text component="span" display="block" fz="inherit" mt={2} className="figures">
          {facts.join(' · ')}
        </Text>
      )}
      {warning !== undefined && (
        <Text
          component="span"
          display="block"
          fz="inherit"
          mt={2}
          c="var(--mantine-color-text)"
          data-testid={`warning-${field}`}
        >
          <WarningIcon size={12} /> {warning}
        </Text>
      )}
    </>
  );
}

/** That a field differs from the preset, with the way back; nothing where it does not. */
export function FieldChanged({ field }: { field: RecipeField }) {
  const change = useStudio(currentChanges).find((entry) => entry.field === field);
  const reset = useStudio((state) => state.resetField);
  if (!change) return null;
  return (
    <Text size="xs" mt={2}>
      Changed.{' '}
      <Anchor component="button" type="button" inherit onClick={() => reset(field)} data-testid={`reset-${field}`}>
        Back to {valueText(field, change.preset)}
      </Anchor>
    </Text>
  );
}
