/**
 * The recipe being edited, imports under way, and why a run cannot start yet.
 * Leaves out the chosen model and data (selection) and the start itself (commands).
 */
import { noWait, type ReviewWait } from '../protocol/holds';
import { recipePresets, type Recipe } from '../protocol/recipe';
import { isActive } from '../protocol/status';
import type { ErrorShape } from '../protocol/worker-error';
import {
  draftOf,
  importRecipe,
  parseDraft,
  type DraftValue,
  type ParsedDraft,
  type RecipeDraft,
  type RecipeField,
} from './recipe-draft';
import { nearestPreset } from './recipe-diff';
import type { Slice } from './slice';
import type { StudioStoreState } from './studio-store';

export type PresetName = keyof typeof recipePresets;
export const presetNames = Object.keys(recipePresets) as PresetName[];
export type ImportKind = 'model' | 'dataset' | 'adapter';

/** An import that is under way, or failed. */
export interface ImportProgress {
  name: string;
  error: ErrorShape | null;
}

export interface SetupSlice {
  preset: PresetName | null;
  /** What changes are counted from: the preset chosen last, or the nearest to a recipe from elsewhere. */
  presetBase: PresetName;
  draft: RecipeDraft;
  /** The draft, validated. */
  parsed: ParsedDraft;
  recipeRemarks: readonly string[];
  /** Where the run will wait for a review. No setting of the recipe: no preset and no file changes it. */
  reviewWait: ReviewWait;
  imports: Readonly<Partial<Record<ImportKind, ImportProgress>>>;
  choosePreset(name: PresetName): void;
  editRecipe(field: RecipeField, value: DraftValue): void;
  /** Gives one field the value of the preset again. */
  resetField(field: RecipeField): void;
  loadRecipe(json: string, fileName: string): void;
  /** Shows a recipe that is no preset. */
  takeDraft(draft: RecipeDraft): void;
  setReviewWait(change: Partial<ReviewWait>): void;
  setImport(kind: ImportKind, progress: ImportProgress | null): void;
}

const shape: Recipe = recipePresets.studio;
const drafted = (draft: RecipeDraft) => ({ draft, parsed: parseDraft(draft, shape) });

export const createSetupSlice: Slice<SetupSlice> = (set) => ({
  preset: 'studio',
  presetBase: 'studio',
  ...drafted(draftOf(recipePresets.studio)),
  recipeRemarks: [],
  reviewWait: noWait,
  imports: {},

  choosePreset: (preset) =>
    set({ preset, presetBase: preset, ...drafted(draftOf(recipePresets[preset])), recipeRemarks: [] }),
  editRecipe: (field, value) => set(({ draft }) => ({ preset: null, ...drafted({ ...draft, [field]: value }) })),

  resetField: (field) =>
    set(({ draft, presetBase }) => {
      const restored = { ...draft, [field]: draftOf(recipePresets[presetBase])[field] };
      return { preset: null, ...drafted(restored) };
    }),

  loadRecipe: (json, fileName) =>
    set((state) => {
      try {
        const { draft, remarks } = importRecipe(json, fileName, state.draft);
        return { preset: null, presetBase: nearestPreset(draft), ...drafted(draft), recipeRemarks: remarks };
      } catch (error) {
        return { recipeRemarks: [error instanceof Error ? error.message : String(error)] };
      }
    }),

  takeDraft: (draft) => set({ preset: null, presetBase: nearestPreset(draft), ...drafted(draft), recipeRemarks: [] }),

  setReviewWait: (change) => set(({ reviewWait }) => ({ reviewWait: { ...reviewWait, ...change } })),

  setImport: (kind, progress) =>
    set(({ imports }) => {
      const { [kind]: _, ...others } = imports;
      return { imports: progress === null ? others : { ...others, [kind]: progress } };
    }),
});

/** What the model's context allows where the recipe's maximal length is over it, in tokens; null where it fits. */
export function fittingMaxLength({ models, modelId, parsed }: StudioStoreState): number | null {
  const { contextLength = Infinity } = models.find(({ id }) => id === modelId) ?? {};
  return (parsed.recipe?.maxLength ?? 0) > contextLength ? contextLength : null;
}

/** Whether the data has single responses, which train SFT only. */
const hasSingleResponses = ({ datasets, datasetId }: StudioStoreState): boolean =>
  datasets.find(({ id }) => id === datasetId)?.kind === 'sft';

/** Whether the data can train SFT only and the recipe asks for more. */
export const hasRoundsTooMany = (state: StudioStoreState): boolean =>
  hasSingleResponses(state) && (state.parsed.recipe?.rounds ?? 0) > 0;

/** All that keeps a run from starting now, for the person, the first to be put right first; empty when nothing does. */
export function startProblems(state: StudioStoreState): string[] {
  const { loaded, deviceError, adapter, imports, modelId, datasetId, parsed, memoryPlan, runs } = state;
  if (!loaded) return ['The studio is still starting.'];
  const wrong = Object.keys(parsed.problems).length;
  const contextLength = fittingMaxLength(state);
  const single = hasSingleResponses(state);
  const found: [boolean, string][] = [
    [deviceError !== null, 'There is no usable GPU.'],
    [deviceError === null && adapter === null, 'The GPU is still being asked for.'],
    [Object.values(imports).some(({ error }) => error === null), 'Wait until the chosen files are read.'],
    [modelId === null, 'Choose a model first.'],
    [datasetId === null, 'Choose a data file first.'],
    [wrong > 0, `Correct the recipe first: ${wrong} ${wrong === 1 ? 'setting is' : 'settings are'} wrong.`],
    [
      contextLength !== null,
      `The model’s context has ${contextLength} tokens: set the maximal length, now ${parsed.recipe?.maxLength}, to no more than that.`,
    ],
    [
      hasRoundsTooMany(state),
      'This data has single responses, which train SFT only: set DPO rounds to 0, or choose preference data.',
    ],
    [
      single && parsed.recipe?.sftEpochs === 0,
      'This data has single responses, which train SFT only: set the epochs of SFT to 1 or more, or choose preference data.',
    ],
    [
      single && state.importedAdapterId !== null,
      'The SFT adapter takes the place of SFT, all that this data can train: choose no adapter.',
    ],
    [Boolean(memoryPlan?.plan?.refusal), 'The run does not fit the GPU’s memory: see the memory plan.'],
    [runs.some(isActive), 'Another run is in progress; wait for it or cancel it.'],
  ];
  return found.flatMap(([applies, problem]) => (applies ? [problem] : []));
}

/** The first problem that keeps a run from starting; null when none does. */
export const whyNotStart = (state: StudioStoreState): string | null => startProblems(state)[0] ?? null;
