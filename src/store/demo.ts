/** The embedded demo: its three recipes for the page, and how far a click on one of them is. Leaves out the work (demo-commands). */
import type { ErrorShape } from '../protocol/worker-error';
import type { PresetName } from './setup';
import type { Slice } from './slice';

export type DemoName = Extract<PresetName, 'demo' | 'demo-quick' | 'demo-push'>;

/** What the run is called. */
export const demoRunNames: Readonly<Record<DemoName, string>> = {
  demo: 'Demo',
  'demo-quick': 'Quick demo',
  'demo-push': 'Demo, pushed too far',
};

/** What the embedded model and data are called once they are imported. */
export const demoItemNames = { model: 'Demo model', data: 'Demo preferences' } as const;

export type DemoStep = 'fetch' | 'import' | 'start';

export interface DemoProgress {
  demo: DemoName;
  step: DemoStep;
  /** Why it went no further; null while it goes on. */
  error: ErrorShape | null;
}

export interface DemoSlice {
  demo: DemoProgress | null;
  setDemo(progress: DemoProgress | null): void;
}

export const createDemoSlice: Slice<DemoSlice> = (set) => ({
  demo: null,
  setDemo: (demo) => set({ demo }),
});
