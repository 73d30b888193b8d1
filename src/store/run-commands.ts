/** What the person can do with a run as an item of the list: delete it and take that back, rename it, begin another like it. */
import type { TrainingClient } from '../client/training-client';
import type { ReviewWait } from '../protocol/holds';
import type { CheckpointSummary, Provenance, StoredResult } from '../protocol/provenance';
import { maxRecipeName } from '../protocol/recipe';
import type { RunCost } from '../protocol/run-cost';
import { meanTokens } from './data-lengths';
import { draftOf } from './recipe-draft';
import { freeName } from './run-names';
import type { StudioStore } from './studio-store';

export interface RunCommandSet {
  /** The run disappears; a notice offers to bring it back. */
  deleteRun(runId: string): Promise<void>;
  /** The same for several, with one notice that brings all of them back. Rejects after all were tried when one could not be deleted. */
  deleteRuns(runIds: readonly string[]): Promise<void>;
  restoreRun(runId: string): Promise<void>;
  renameRun(runId: string, name: string): Promise<void>;
  /** Lets a run go on that waits for the person. */
  goOn(runId: string): Promise<void>;
  /** Has the run wait for a review of pairs before a kind of stage, or not. */
  waitForReview(runId: string, before: keyof ReviewWait, wait: boolean): Promise<void>;
  /** Has the run stop after a stage, or takes that back. */
  stopAfter(runId: string, stageId: string, stop: boolean): Promise<void>;
  /** Makes a finished stage and all that depend on it again. */
  redoStage(runId: string, stageId: string): Promise<void>;
  /** Gives up the result of a stage and all that is made from it. */
  deleteResult(runId: string, stageId: string): Promise<void>;
  /** Leaves out an evaluation that is not made yet. */
  omitStage(runId: string, stageId: string): Promise<void>;
  /** Takes that back. */
  includeStage(runId: string, stageId: string): Promise<void>;
  /** Where an output of a run comes from. */
  getProvenance(runId: string, path: string): Promise<Provenance>;
  /** Which stored result holds each output of the runs. */
  listResults(): Promise<StoredResult[]>;
  /** What the unfinished stages of all runs keep. */
  listCheckpoints(): Promise<CheckpointSummary[]>;
  /** The stage starts again from its beginning when the run goes on. */
  deleteCheckpoint(runId: string, stage: string): Promise<void>;
  /** What a run computes and how fast this adapter was; null when its model or data are not there any more. */
  planRunCost(runId: string): Promise<RunCost | null>;
  /** Opens the setup with the run's model, data, adapter and recipe, as far as they are still there, under the next free name. */
  duplicateRun(runId: string): void;
}

export function createRunCommands(store: StudioStore, training: Pick<TrainingClient, 'send'>): RunCommandSet {
  const restoreRun = async (runId: string): Promise<void> => {
    await training.send('restoreRun', { runId });
  };
  const deleteRuns = async (runIds: readonly string[]): Promise<void> => {
    const { runs, view, go, notify } = store.getState();
    const { done: deleted, failures } = await eachOf(runIds, (runId) => training.send('deleteRun', { runId }));
    if (view.page === 'run' && deleted.includes(view.runId)) go({ page: 'runs' });
    if (deleted.length > 0) {
      const name = runs.find(({ id }) => id === deleted[0])?.name ?? 'the run';
      const message = deleted.length === 1 ? `Deleted “${name}”.` : `Deleted ${deleted.length} runs.`;
      notify('info', message, { label: 'Undo', run: () => restoreRuns(deleted) });
    }
    if (failures.length > 0) throw failures[0];
  };
  const restoreRuns = async (runIds: readonly string[]): Promise<void> => {
    const { failures } = await eachOf(runIds, restoreRun);
    if (failures.length > 0) throw failures[0];
  };
  return {
    restoreRun,
    deleteRuns,
    deleteRun: (runId) => deleteRuns([runId]),
    renameRun: async (runId, name) => {
      await training.send('renameRun', { runId, name });
    },
    goOn: async (runId) => {
      await training.send('goOn', { runId });
      store.getState().selectStage(runId, null);
    },
    waitForReview: async (runId, before, wait) => {
      await training.send('waitForReview', { runId, before, wait });
    },
    stopAfter: async (runId, stageId, stop) => {
      await training.send('stopAfter', { runId, stageId, stop });
    },
    redoStage: async (runId, stageId) => {
      await training.send('redoStage', { runId, stageId });
      store.getState().selectStage(runId, null);
    },
    deleteResult: async (runId, stageId) => {
      await training.send('deleteResult', { runId, stageId });
    },
    omitStage: async (runId, stageId) => {
      await training.send('omitStage', { runId, stageId });
    },
    includeStage: async (runId, stageId) => {
      await training.send('includeStage', { runId, stageId });
    },
    getProvenance: (runId, path) => training.send('getProvenance', { runId, path }),
    listResults: () => training.send('listResults', null),
    listCheckpoints: () => training.send('listCheckpoints', null),
    deleteCheckpoint: async (runId, stage) => {
      await training.send('deleteCheckpoint', { runId, stage });
    },
    planRunCost: async (runId) => {
      const { runs, models, datasets, tokens } = store.getState();
      const run = runs.find(({ id }) => id === runId);
      const model = models.find(({ id }) => id === run?.modelId);
      const dataset = datasets.find(({ id }) => id === run?.datasetId);
      if (!run || !model || !dataset) return null;
      return training.send('planCost', {
        modelId: model.id,
        datasetId: dataset.id,
        importedAdapter: run.importedAdapterId !== null,
        recipe: run.recipe,
        lengths: meanTokens(dataset, model, tokens, run.recipe),
      });
    },
    duplicateRun: (runId) => {
      const state = store.getState();
      const run = state.runs.find(({ id }) => id === runId);
      if (!run) return;
      const known = (items: readonly { id: string }[], id: string | null) =>
        items.some((item) => item.id === id) ? id : null;
      state.selectModel(known(state.models, run.modelId));
      state.selectDataset(known(state.datasets, run.datasetId));
      state.selectImportedAdapter(known(state.importedAdapters, run.importedAdapterId));
      const names = state.runs.map(({ name }) => name);
      state.takeDraft(draftOf({ ...run.recipe, name: freeName(run.name, names, maxRecipeName) }));
      state.setReviewWait(run.holds.review);
      state.go({ page: 'setup' });
    },
  };
}

/** Does `work` for one after the other, also after one for which it failed. */
async function eachOf(
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
): Promise<{ done: string[]; failures: unknown[] }> {
  const done: string[] = [];
  const failures: unknown[] = [];
  for (const id of ids) {
    try {
      await work(id);
      done.push(id);
    } catch (error) {
      failures.push(error);
    }
  }
  return { done, failures };
}
