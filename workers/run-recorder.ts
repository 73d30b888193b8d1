/**
 * Keeps a run's record while it runs: its state for the pages, its curves, checkpoints and artifacts for the storage.
 * Writes are gathered for a moment, so a fast stage does not flood the storage. Leaves out starting and stopping.
 */
import { holdBefore, type RunHold } from '../src/protocol/holds';
import type { MetricPoint, RunState, StageState } from '../src/protocol/run-state';
import type { TrainingEvents } from '../src/protocol/studio';
import type { ErrorShape } from '../src/protocol/worker-error';
import { isActive, isIncluded } from '../src/protocol/status';
import { parseJsonFile } from '../src/rounds/canonical-json';
import { withoutHistory, type StageUpdate } from '../src/rounds/stage-report';
import type { PipelineInput } from '../src/rounds/pipeline';
import type { StageSpec } from '../src/rounds/stages';
import { databaseCheckpoints } from '../src/storage/checkpoint-store';
import type { StudioDatabase } from '../src/storage/database';
import type { Artifact, RunRecord } from '../src/storage/records';
import { appendHistory, cutHistory, putRun } from '../src/storage/run-store';
import type { EventHub } from './event-hub';
import { createProgressBatches } from './progress-batches';
import { letPass } from './run-holds';
import { lastEvaluated, listOutputs } from './run-outputs';

const writeEveryMs = 1000;

type Broadcast = Pick<EventHub<TrainingEvents>, 'broadcast'>;

export interface RunRecorder {
  hooks: Omit<PipelineInput['hooks'], 'gate' | 'onProbe'>;
  /** Sets the run's status, tells the pages, and writes. */
  setStatus(status: Exclude<RunState['status'], 'held'>, error?: ErrorShape | null): Promise<void>;
  /** The same for a run that waits for the person; the marks that it has come to are forgotten. */
  setHeld(hold: RunHold): Promise<void>;
}

export function createRunRecorder(record: RunRecord, database: StudioDatabase, hub: Broadcast): RunRecorder {
  const runId = record.state.id;
  const writer = createWriter(record, database, hub);
  const checkpoints = databaseCheckpoints(database, runId);
  /** Seconds that stages had worked before this session. */
  const earlierSeconds = new Map<string, number>();
  const progress = createProgressBatches((event) => hub.broadcast('progress', event));
  const broadcast = () => {
    progress.flush();
    broadcastRun(record.state, hub);
  };

  const onStage = (update: StageUpdate, points: MetricPoint[]) => {
    // A finished stage of this run that is passed over on continuing stays as it was.
    if (update.status === 'skipped' && record.stages[update.id]) return;
    const stage = stageOf(record, update.id);
    const changed =
      stage.status !== update.status ||
      stage.notes.length !== update.notes.length ||
      stage.samples.length !== update.samples.length ||
      stage.profile?.batch !== update.profile?.batch;
    Object.assign(stage, update, { seconds: update.seconds + (earlierSeconds.get(update.id) ?? 0) });
    addPoints(stage, points);
    writer.add(stage.id, points);
    progress.add({ runId, stage: withoutHistory(stage), points });
    if (changed) progress.flush();
  };

  const onStageStart = async (spec: StageSpec, done: number) => {
    const stage = stageOf(record, spec.id);
    stage.history = stage.history.filter(({ step }) => step <= done);
    earlierSeconds.set(spec.id, done > 0 ? stage.seconds : 0);
    // What is gone on with began when its first session did.
    if (done === 0 || stage.startedAt === undefined) stage.startedAt = Date.now();
    delete stage.finishedAt;
    letPass(record, spec.id);
    await cutHistory(database, runId, spec.id, done);
  };

  const onArtifact = async (spec: StageSpec, artifact: Artifact, skipped: boolean) => {
    const { key, contentHash, inputs, files } = artifact;
    const stage = stageOf(record, spec.id);
    stage.result = { key, bytes: Object.values(files).reduce((sum, { byteLength }) => sum + byteLength, 0) };
    if (!skipped || record.stages[spec.id]?.key !== key) {
      const finishedAt = Date.now();
      const startedAt = skipped ? finishedAt : (stage.startedAt ?? finishedAt);
      if (!skipped) Object.assign(stage, { startedAt, finishedAt });
      record.stages[spec.id] = { key, contentHash, inputs, startedAt, finishedAt, seconds: stage.seconds };
    }
    listOutputs(record, spec, artifact);
    if (spec.id === lastEvaluated(record)) record.state.evaluation = evaluationOf(artifact);
    await writer.flush();
    broadcast();
  };

  const tell = (change: Partial<Pick<RunState, 'activity' | 'engine'>>) => {
    Object.assign(record.state, change);
    broadcast();
  };

  return {
    hooks: {
      onActivity: (activity) => tell({ activity }),
      onEngine: (engine, tiles) => {
        record.tiles = tiles;
        tell({ engine });
        writer.add('', []);
      },
      onStage,
      onStageStart,
      onArtifact,
      isOmitted: (stageId) => !isIncluded(stageOf(record, stageId)),
      holdBefore: (stageId) => holdBefore(record.state, stageId, record.passed),
      checkpoints: {
        ...checkpoints,
        write: async (stage, slot, checkpoint) => {
          await writer.flush();
          await checkpoints.write(stage, slot, checkpoint);
        },
      },
    },
    setStatus: async (status, error = null) => {
      const active = isActive({ status });
      Object.assign(record.state, { status, error, held: null, ...(!active && { activity: null }) });
      broadcast();
      await writer.flush();
    },
    setHeld: async (held) => {
      const { stages, holds } = record.state;
      const reached = new Set(
        stages
          .slice(
            0,
            stages.findIndex(({ id }) => id === held.before),
          )
          .map(({ id }) => id),
      );
      const stopAfter = holds.stopAfter.filter((id) => !reached.has(id));
      Object.assign(record.state, {
        status: 'held',
        held,
        holds: { ...holds, stopAfter },
        error: null,
        activity: null,
      });
      broadcast();
      await writer.flush();
    },
  };
}

/** Gathers a run's changes and writes them once a second, or at once on flush(). */
function createWriter(record: RunRecord, database: StudioDatabase, hub: Broadcast) {
  const unwritten = new Map<string, MetricPoint[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const added = [...unwritten];
    unwritten.clear();
    for (const [stage, points] of added) await appendHistory(database, record.state.id, stage, points);
    record.state.lastActivityAt = Date.now();
    await putRun(database, record);
  };
  const report = (error: unknown) =>
    hub.broadcast('notice', { level: 'error', message: error instanceof Error ? error.message : String(error) });
  return {
    flush,
    add: (stage: string, points: MetricPoint[]) => {
      if (points.length > 0) unwritten.set(stage, [...(unwritten.get(stage) ?? []), ...points]);
      timer ??= setTimeout(() => void flush().catch(report), writeEveryMs);
    },
  };
}

function stageOf(record: RunRecord, id: string): StageState {
  const stage = record.state.stages.find((candidate) => candidate.id === id);
  if (!stage) throw new Error(`internal: the run has no stage ${id}`);
  return stage;
}

/** The content of evaluation_results.json of an evaluate stage, null when there is none. */
export function evaluationOf({ files }: Pick<Artifact, 'files'>): unknown {
  const file = files['evaluation_results.json'];
  return file ? parseJsonFile(file) : null;
}

/** Points of a step that is there already replace it and what followed. */
function addPoints(stage: StageState, points: MetricPoint[]): void {
  const first = points[0]?.step;
  if (first === undefined) return;
  if ((stage.history.at(-1)?.step ?? -1) >= first) stage.history = stage.history.filter(({ step }) => step < first);
  stage.history.push(...points);
}

/** Tells the pages about a run; its curves travel with `progress` and `state`. */
export function broadcastRun(state: RunState, hub: Broadcast): void {
  hub.broadcast('run', { ...state, stages: state.stages.map((stage) => ({ ...stage, history: [] })) });
}
