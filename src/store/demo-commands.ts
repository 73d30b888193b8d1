/**
 * The embedded demo as one command: fetches its files from the page's own origin, imports them as a person's files are
 * imported, starts the run and opens it. What was imported before is used again.
 */
import { fetchDemoFiles, type DemoFiles } from '../client/demo-files';
import { errorShapeOf } from '../client/remote-error';
import { recipePresets } from '../protocol/recipe';
import type { StudioCommands } from './commands';
import { demoItemNames, demoRunNames, type DemoName, type DemoStep } from './demo';
import { pageMemo, type PageMemo } from './page-memo';
import { freeName } from './run-names';
import type { StudioStore } from './studio-store';

export interface DemoItems {
  modelId: string;
  datasetId: string;
}

export interface DemoCommands {
  /** Pressed while it is being prepared, it does nothing more. A failure is in the store's `demo`. */
  runDemo(demo: DemoName): Promise<void>;
  /** The demo's model and data in the library. @throws InputError when its files are missing */
  importDemo(): Promise<DemoItems>;
}

export interface DemoParts {
  commands: Pick<StudioCommands, 'importModel' | 'importDataset' | 'startRun'>;
  fetchFiles?: () => Promise<DemoFiles>;
  /** Where is kept which library items are the demo's. */
  memo?: PageMemo;
}

const MEMO_KEY = 'whetstone.demo';

export function createDemoCommands(store: StudioStore, parts: DemoParts): DemoCommands {
  const { commands, fetchFiles = () => fetchDemoFiles(), memo = pageMemo() } = parts;
  let importing: Promise<DemoItems> | null = null;

  async function importFiles(onStep: (step: DemoStep) => void): Promise<DemoItems> {
    onStep('fetch');
    const files = await fetchFiles();
    await whenLoaded(store);
    const known = knownItems(store, memo, files.digest);
    if (known) return known;
    onStep('import');
    const [model, dataset] = await Promise.all([
      commands.importModel(demoItemNames.model, files.model),
      commands.importDataset(demoItemNames.data, files.data),
    ]);
    const items = { modelId: model.id, datasetId: dataset.id };
    memo.setItem(MEMO_KEY, JSON.stringify({ digest: files.digest, ...items }));
    return items;
  }

  const importDemo = (onStep: (step: DemoStep) => void = () => {}): Promise<DemoItems> => {
    importing ??= importFiles(onStep).finally(() => (importing = null));
    return importing;
  };

  async function runDemo(demo: DemoName): Promise<void> {
    const { demo: under, setDemo, openRun } = store.getState();
    if (under !== null && under.error === null) return;
    let step: DemoStep = 'fetch';
    const at = (next: DemoStep) => setDemo({ demo, step: (step = next), error: null });
    at('fetch');
    try {
      const items = await importDemo(at);
      at('start');
      const names = store.getState().runs.map(({ name }) => name);
      const argument = {
        name: freeName(demoRunNames[demo], names),
        ...items,
        importedAdapterId: null,
        recipe: recipePresets[demo],
      };
      const { runId } = await commands.startRun(argument);
      setDemo(null);
      openRun(runId);
    } catch (error) {
      setDemo({ demo, step, error: errorShapeOf(error) });
    }
  }

  return { runDemo, importDemo: () => importDemo() };
}

/** The items of an earlier import of the same files, if both are still in the library. */
function knownItems(store: StudioStore, memo: PageMemo, digest: string): DemoItems | null {
  const { models, datasets } = store.getState();
  const noted = readMemo(memo);
  if (noted?.digest !== digest) return null;
  const { modelId, datasetId } = noted;
  const there = models.some(({ id }) => id === modelId) && datasets.some(({ id }) => id === datasetId);
  return there ? { modelId, datasetId } : null;
}

function readMemo(memo: PageMemo): (DemoItems & { digest: string }) | null {
  const text = memo.getItem(MEMO_KEY);
  if (text === null) return null;
  try {
    const { digest, modelId, datasetId } = JSON.parse(text) as Record<string, unknown>;
    const whole = typeof digest === 'string' && typeof modelId === 'string' && typeof datasetId === 'string';
    return whole ? { digest, modelId, datasetId } : null;
  } catch {
    return null;
  }
}

/** Resolves once the worker has told what is stored. */
function whenLoaded(store: StudioStore): Promise<void> {
  if (store.getState().loaded) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = store.subscribe(({ loaded, connection, connectionError }) => {
      if (loaded) resolve();
      else if (connection === 'lost') reject(new Error(connectionError ?? 'The studio’s worker could not be started.'));
      else return;
      stop();
    });
  });
}
