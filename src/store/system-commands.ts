/** What the System page can ask of the training worker. */
import type { TrainingClient } from '../client/training-client';
import type { StageSpeed, SystemReport } from '../protocol/system';
import { meanTokens } from './data-lengths';
import type { StudioStore } from './studio-store';

export interface SystemCommandSet {
  /** What the worker knows of the device and of what happened. */
  getSystem(): Promise<SystemReport>;
  /** Tests the kernels of a run's engine on this device again; null for those of a small model, before any run. */
  testKernels(runId: string | null): Promise<void>;
  /** Measures the most that this device reaches in the studio's matmul. */
  measureMatmul(): Promise<void>;
  /** How fast the stages of a run were; empty when its model is no longer stored. */
  getStageSpeeds(runId: string): Promise<StageSpeed[]>;
}

export function createSystemCommands(store: StudioStore, training: Pick<TrainingClient, 'send'>): SystemCommandSet {
  return {
    getSystem: () => training.send('getSystem', null),
    testKernels: async (runId) => void (await training.send('testKernels', { runId })),
    measureMatmul: async () => void (await training.send('measureMatmul', null)),
    getStageSpeeds: async (runId) => {
      const { runs, models, datasets, tokens } = store.getState();
      const run = runs.find(({ id }) => id === runId);
      const model = models.find(({ id }) => id === run?.modelId);
      if (!run || !model) return [];
      const unknown = { id: run.datasetId, report: null, kind: 'preference' } as const;
      const dataset = datasets.find(({ id }) => id === run.datasetId) ?? unknown;
      const lengths = meanTokens(dataset, model, tokens, run.recipe);
      return training.send('getStageSpeeds', { runId, lengths });
    },
  };
}
