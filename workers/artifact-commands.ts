/** The commands of the Artifacts page about what runs made and keep: provenance of outputs, and checkpoints of unfinished stages. */
import { InputError } from '../src/protocol/errors';
import type { ComputingRun, Provenance, StoredResult } from '../src/protocol/provenance';
import type { TrainingCommands } from '../src/protocol/studio';
import { inputStages, omittedBefore, stagesOf } from '../src/rounds/stages';
import { databaseCheckpoints, listCheckpoints } from '../src/storage/checkpoint-store';
import type { StudioDatabase } from '../src/storage/database';
import type { RunRecord } from '../src/storage/records';
import type { Handlers } from './serve-commands';

interface ArtifactCommandParts {
  database: StudioDatabase;
  /** The runs that are shown. */
  runs: ReadonlyMap<string, RunRecord>;
  /** @throws InputError when there is no such run */
  runOf(runId: string): RunRecord;
  isActive(runId: string): boolean;
  /** Whether this worker runs something, or is about to. */
  isBusy(): boolean;
  /** Whether a worker of this browser runs something. */
  isTrainingElsewhere(): Promise<boolean>;
}

type ArtifactCommands = Pick<
  Handlers<TrainingCommands>,
  'getProvenance' | 'listResults' | 'listCheckpoints' | 'deleteCheckpoint'
>;

export function createArtifactCommands(parts: ArtifactCommandParts): ArtifactCommands {
  const { database, runs, runOf, isActive, isBusy, isTrainingElsewhere } = parts;
  return {
    getProvenance: ({ runId, path }) => provenanceOf(runOf(runId), path, runs),
    listResults: () => [...runs.values()].flatMap(resultsOf),
    listCheckpoints: async () => (await listCheckpoints(database)).filter(({ runId }) => runs.has(runId)),
    deleteCheckpoint: async ({ runId, stage }) => {
      const { state } = runOf(runId);
      // A run of this worker holds the lock that tells of others.
      if (isBusy() ? isActive(runId) : await isTrainingElsewhere())
        throw new InputError(`The run “${state.name}” may be going on. Cancel it before deleting its checkpoints.`);
      await databaseCheckpoints(database, runId).clear(stage);
      return null;
    },
  };
}

/** @throws InputError when the run has no such output */
function provenanceOf(
  { state, stages, outputStages }: RunRecord,
  path: string,
  runs: ReadonlyMap<string, RunRecord>,
): Provenance {
  const id = outputStages[path];
  const record = id === undefined ? undefined : stages[id];
  const spec = stagesOf(state.recipe).find((stage) => stage.id === id);
  if (!record || !spec)
    throw new InputError(`The run “${state.name}” no longer has ${path}. It may be made again now.`);
  const { key, contentHash, inputs, finishedAt, seconds } = record;
  const wasThere = state.stages.find((stage) => stage.id === id)?.status === 'skipped';
  const made = inputStages(spec, state.recipe, omittedBefore(Object.keys(inputs)));
  return {
    stage: spec.id,
    contentHash,
    inputs: Object.entries(inputs).map(([role, hash]) => ({ role, contentHash: hash, stage: made[role] ?? null })),
    finishedAt,
    seconds,
    reused: wasThere ? { from: computedBy(key, runs) } : null,
  };
}

/** The run that worked for a result; null when it was deleted. */
function computedBy(key: string, runs: ReadonlyMap<string, RunRecord>): ComputingRun | null {
  const found = [...runs.values()].flatMap(({ state, stages }) =>
    state.stages.flatMap(({ id, status }) => {
      const own = stages[id];
      if (status === 'skipped' || own?.key !== key) return [];
      return [{ runId: state.id, name: state.name, finishedAt: own.finishedAt, seconds: own.seconds }];
    }),
  );
  return found.toSorted((a, b) => a.finishedAt - b.finishedAt)[0] ?? null;
}

function resultsOf({ state, stages, outputStages }: RunRecord): StoredResult[] {
  return state.outputs.flatMap(({ path }) => {
    const stage = outputStages[path] ?? '';
    const record = stages[stage];
    return record ? [{ runId: state.id, path, stage, key: record.key, contentHash: record.contentHash }] : [];
  });
}
