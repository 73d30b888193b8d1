/** What the person looks at and has chosen. Leaves out everything the worker knows. */
import type { Slice } from './slice';

export const runTabs = ['progress', 'pairs', 'evaluation', 'outputs', 'settings'] as const;
export type RunTab = (typeof runTabs)[number];

/** Pages that an address names by nothing but their name. */
export const plainPages = ['demo', 'setup', 'runs', 'playground', 'artifacts', 'system', 'guide'] as const;

/** Where the person is in the studio. */
export type View =
  /** Until it is known what is stored. */
  | { page: 'start' }
  /** An address that names no place, as it stands after the page's own. */
  | { page: 'unknown'; hash: string }
  | { page: (typeof plainPages)[number] }
  | { page: 'compare'; runIds: readonly string[] }
  | { page: 'run'; runId: string; tab: RunTab };

export interface SelectionSlice {
  view: View;
  modelId: string | null;
  datasetId: string | null;
  importedAdapterId: string | null;
  /** The stage whose curves are shown, by run; without an entry the page follows the run. */
  stageByRun: Readonly<Record<string, string>>;
  go(view: View): void;
  openRun(runId: string, tab?: RunTab): void;
  selectModel(id: string | null): void;
  selectDataset(id: string | null): void;
  selectImportedAdapter(id: string | null): void;
  selectStage(runId: string, stageId: string | null): void;
  /** Drops choices that are no longer there and chooses the only model and dataset there are. */
  settleSelection(): void;
}

const without = <V>(record: Readonly<Record<string, V>>, key: string): Record<string, V> =>
  Object.fromEntries(Object.entries(record).filter(([k]) => k !== key));

function settle(current: string | null, items: readonly { id: string }[]): string | null {
  if (items.some(({ id }) => id === current)) return current;
  return items.length === 1 ? (items[0]?.id ?? null) : null;
}

export const createSelectionSlice: Slice<SelectionSlice> = (set) => ({
  view: { page: 'setup' },
  modelId: null,
  datasetId: null,
  importedAdapterId: null,
  stageByRun: {},

  go: (view) => set({ view }),
  openRun: (runId, tab = 'progress') => set({ view: { page: 'run', runId, tab } }),
  selectModel: (modelId) => set({ modelId }),
  selectDataset: (datasetId) => set({ datasetId }),
  selectImportedAdapter: (importedAdapterId) => set({ importedAdapterId }),

  selectStage: (runId, stageId) =>
    set(({ stageByRun }) => ({
      stageByRun: stageId === null ? without(stageByRun, runId) : { ...stageByRun, [runId]: stageId },
    })),

  settleSelection: () =>
    set(({ modelId, datasetId, importedAdapterId, models, datasets, importedAdapters }) => ({
      modelId: settle(modelId, models),
      datasetId: settle(datasetId, datasets),
      importedAdapterId: importedAdapters.some(({ id }) => id === importedAdapterId) ? importedAdapterId : null,
    })),
});
