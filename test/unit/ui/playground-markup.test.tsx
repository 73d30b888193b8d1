/** What the playground shows of runs and of models without one. Drawn without a browser: nothing is pressed. */
import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { StudioState } from '../../../src/protocol/studio';
import { createStudioStore, type StudioStore } from '../../../src/store/studio-store';
import { StudioProvider } from '../../../src/ui/app/studio-context';
import { PlaygroundPage } from '../../../src/ui/features/playground/playground-page';
import { listedSources, findSource, firstModels, sourceItems } from '../../../src/ui/features/playground/sources';
import { modelSummary } from '../../support/stored-records';
import { emptyState } from '../client/fake-worker';
import { runOf, stageOf } from '../store/fixtures';

const page = (state: Partial<StudioState>, change: (store: StudioStore) => void = () => {}): string => {
  const store = createStudioStore();
  store.getState().receiveState({ ...emptyState, ...state });
  change(store);
  // What is drawn on a server is the store's beginning.
  const studio = Object({ store: { ...store, getInitialState: store.getState }, commands: {} });
  return renderToStaticMarkup(
    <MantineProvider>
      <StudioProvider studio={studio}>
        <PlaygroundPage />
      </StudioProvider>
    </MantineProvider>,
  );
};

const trained = runOf({ id: 'r', name: 'trained', status: 'finished', stages: [stageOf({ status: 'done' })] });
const untrained = runOf({ id: 'u', stages: [stageOf({ status: 'pending' })] });
const model = modelSummary('m');

describe('what can be asked', () => {
  const sources = listedSources([untrained, trained], [model]);

  it('are runs that trained a model, first, and the models of the library, each in a group', () => {
    expect(sourceItems(sources)).toEqual([
      { group: 'Runs', items: [{ value: 'run:r', label: 'trained' }] },
      { group: 'Models of the library', items: [{ value: 'model:m', label: 'm' }] },
    ]);
    expect(sourceItems(listedSources([], [model])).map(({ group }) => group)).toEqual(['Models of the library']);
  });

  it('is found by kind and id, and begins with models that are there', () => {
    expect(findSource(sources, { kind: 'model', modelId: 'r' })).toBeUndefined();
    const found = [
      findSource(sources, { kind: 'run', runId: 'r' }),
      findSource(sources, { kind: 'model', modelId: 'm' }),
    ];
    expect(found.map((one) => one && firstModels(one))).toEqual([
      ['base', 'sft'],
      ['base', null],
    ]);
  });
});

it('with nothing to ask, offers to import a model beside the demo', () => {
  const html = page({ runs: [untrained] });
  expect(html).toMatch(/href="#\/artifacts"[^>]*data-testid="playground-import"/);
  expect(html).toContain('href="#/demo"');
  expect(html).not.toContain('data-testid="ask-field"');
});

it('a model of the library can be asked; votes and rewards need a run, and that is said', () => {
  const library = page({ models: [model] }, (store) =>
    store.getState().chooseSource({ kind: 'model', modelId: 'm' }, ['base', 'adapter:a']),
  );
  expect(library).toContain('data-testid="ask-field"');
  expect(library).toContain('data-testid="votes-need-run"');
  expect(library).not.toContain('data-testid="blind-switch"');
  expect(library).toContain('no chat template');
  const run = page({ models: [model], runs: [trained] }, (store) =>
    store.getState().chooseSource({ kind: 'run', runId: 'r' }, ['base', 'sft']),
  );
  expect(run).toContain('data-testid="blind-switch"');
  expect(run).not.toContain('data-testid="votes-need-run"');
  expect(run).toContain('scored by the run’s reward model');
});
