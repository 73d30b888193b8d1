/** Small valid records of the storage layer, for tests of storage, rounds and workers. */
import { noHolds } from '../../src/protocol/holds';
import { recipePresets } from '../../src/protocol/recipe';
import type { DatasetSummary, ModelSummary } from '../../src/protocol/library';
import type { StageState } from '../../src/protocol/run-state';
import type { Artifact, Checkpoint, RunRecord } from '../../src/storage/records';

export function stageState(id: string, changes: Partial<StageState> = {}): StageState {
  return {
    id,
    kind: 'sft',
    round: 0,
    status: 'pending',
    done: 0,
    total: 0,
    unit: 'steps',
    seconds: 0,
    secondsLeft: null,
    history: [],
    summary: {},
    notes: [],
    samples: [],
    memory: null,
    profile: null,
    ...changes,
  };
}

export const modelSummary = (id: string): ModelSummary => ({
  ...{ id, name: id, architecture: 'llama', parameters: 1, bytes: 1, weightsDtype: 'fp32', vocabSize: 1 },
  ...{ contextLength: 1, hasChatTemplate: false, source: null },
});

export function datasetSummary(id: string, changes: Partial<DatasetSummary> = {}): DatasetSummary {
  return {
    id,
    name: id,
    kind: 'preference',
    pairs: 0,
    badLines: [],
    badLineCount: 0,
    dropped: {},
    examples: [],
    columns: null,
    report: null,
    ...changes,
  };
}

export function runRecord(id: string, changes: Partial<RunRecord['state']> = {}): RunRecord {
  return {
    state: {
      id,
      name: `run ${id}`,
      modelId: 'm',
      datasetId: 'd',
      importedAdapterId: null,
      recipe: recipePresets.smoke,
      status: 'running',
      holds: noHolds,
      held: null,
      stages: [stageState('sft')],
      error: null,
      createdAt: 1,
      outputs: [],
      engine: null,
      activity: null,
      evaluation: null,
      ...changes,
    },
    stages: {},
    outputStages: {},
    device: null,
    tiles: null,
    passed: [],
  };
}

export function artifact(key: string, changes: Partial<Artifact> = {}): Artifact {
  return {
    key,
    kind: 'sft',
    contentHash: `content of ${key}`,
    inputs: {},
    files: { a: new Uint8Array([1, 2, 3]) },
    summary: { loss: 1 },
    notes: [],
    samples: [],
    history: [],
    ...changes,
  };
}

/** Not one that the pipeline would trust: its checksum is made up. */
export function checkpoint(key: string, sequence: number): Checkpoint {
  return {
    key,
    sequence,
    done: 20,
    points: [{ step: 20, values: { loss: 0.1 } }],
    parts: { cursor: '{}' },
    floats: { parameters: new Float32Array([1.5, -0]) },
    checksum: 'c',
  };
}
