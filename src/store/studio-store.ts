/** The one store: all slices combined once, without React. Leaves out the workers; `studio.ts` feeds it from them. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createDataImportSlice, type DataImportSlice } from './data-import';
import { createDemoSlice, type DemoSlice } from './demo';
import { createHubSlice, type HubSlice } from './hub';
import { createLibrarySlice, type LibrarySlice } from './library';
import { createMemoryPlanSlice, type MemoryPlanSlice } from './memory-plan';
import { createMetricsSlice, type MetricsSlice } from './metrics';
import { createNoticesSlice, type NoticesSlice } from './notices';
import { createPairsSlice, type PairsSlice } from './pairs';
import { createPlaygroundSlice, type PlaygroundSlice } from './playground';
import { createRunCostSlice, type RunCostSlice } from './run-cost';
import { createSelectionSlice, type SelectionSlice } from './selection';
import { createSetupSlice, type SetupSlice } from './setup';

export type StudioStoreState = LibrarySlice &
  MetricsSlice &
  SelectionSlice &
  SetupSlice &
  DataImportSlice &
  HubSlice &
  MemoryPlanSlice &
  RunCostSlice &
  DemoSlice &
  PairsSlice &
  PlaygroundSlice &
  NoticesSlice;
export type StudioStore = StoreApi<StudioStoreState>;

export const createStudioStore = (): StudioStore =>
  createStore<StudioStoreState>()((...tools) => ({
    ...createLibrarySlice(...tools),
    ...createMetricsSlice(...tools),
    ...createSelectionSlice(...tools),
    ...createSetupSlice(...tools),
    ...createDataImportSlice(...tools),
    ...createHubSlice(...tools),
    ...createMemoryPlanSlice(...tools),
    ...createRunCostSlice(...tools),
    ...createDemoSlice(...tools),
    ...createPairsSlice(...tools),
    ...createPlaygroundSlice(...tools),
    ...createNoticesSlice(...tools),
  }));
