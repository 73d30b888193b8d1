/**
 * Starts, continues, pauses and cancels runs: one at a time, under the run lock. Leaves out what a run does (src/rounds)
 * and how it is recorded (run-recorder.ts).
 */
import type { DatasetKind } from '../src/protocol/dataset';
import { CancelledError, DeviceError, InputError } from '../src/protocol/errors';
import { noHolds, noWait, type RunHold } from '../src/protocol/holds';
import { recipeSchema, type Recipe } from '../src/protocol/recipe';
import { isActive } from '../src/protocol/status';
import type { RunState } from '../src/protocol/run-state';
import type { TrainingCommands, TrainingEvents } from '../src/protocol/studio';
import { renderPlots } from '../src/evaluation/plots';
import { checkKind } from '../src/rounds/open-run';
import { runPipeline, type PipelineInput } from '../src/rounds/pipeline';
import { createGate, type ControlledGate } from '../src/rounds/run-gate';
import { StageError } from '../src/rounds/stage-error';
import { pendingStage, stagesOf } from '../src/rounds/stages';
import type { StageProbe } from '../src/rounds/stage-probe';
import { databaseArtifacts } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import type { RunRecord } from '../src/storage/records';
import { putRun } from '../src/storage/run-store';
import { databaseTuning } from '../src/storage/tuning-store';
import type { DeviceKeeper } from './device-keeper';
import { errorShape } from './error-shape';
import type { EventHub } from './event-hub';
import type { MemoryLog, MemoryWatch } from './memory-log';
import { createRunRecorder, type RunRecorder } from './run-recorder';
import { loadSources, storedReviews } from './run-sources';

type StartArgument = TrainingCommands['startRun'][0];

export interface RunControllerParts {
  database: StudioDatabase;
  devices: DeviceKeeper;
  hub: Pick<EventHub<TrainingEvents>, 'broadcast'>;
  /** Takes the lock that one writer holds; returns what gives it back. */
  takeLock(): Promise<() => void>;
  /** Where the memory of runs is noted over time. */
  memory: MemoryLog;
  /** The pipeline; tests give their own. */
  run?: (input: Omit<PipelineInput, 'renderPlots'>) => Promise<RunHold | null>;
}

interface ActiveRun {
  record: RunRecord;
  gate: ControlledGate;
  recorder: RunRecorder;
  /** Of the stage that is at work. */
  probe: StageProbe | null;
  /** Settles, never rejects, when the run has ended and is written. */
  ended: Promise<void>;
}

export interface RunController {
  /** Runs a new or stopped run. Resolves once it is stored and going. @throws InputError, DeviceError */
  launch(record: RunRecord): Promise<void>;
  pause(runId: string): Promise<void>;
  unpause(runId: string): Promise<void>;
  /** Resolves when the run has stopped. */
  cancel(record: RunRecord): Promise<void>;
  /** Measures the next batch of the stage that is at work. @throws InputError when there is none */
  profile(runId: string): void;
  isActive(runId: string): boolean;
  /** Whether any run is going on or about to. */
  isBusy(): boolean;
}

export function createRunController(parts: RunControllerParts): RunController {
  const { database, devices, hub, takeLock, memory, run = runOnEngine } = parts;
  let active: ActiveRun | null = null;
  let starting = false;

  const launch = async (record: RunRecord): Promise<void> => {
    // Pages hear that a run has stopped a moment before it is written.
    if (active && !isActive(active.record.state)) await active.ended;
    if (active || starting) throw oneAtATime(active?.record.state.name);
    starting = true;
    let release: (() => void) | null = null;
    try {
      release = await takeLock();
      const sources = await loadSources(database, record.state);
      const device = await devices.get();
      record.device = device.backend.summary;
      await putRun(database, record);
      const recorder = createRunRecorder(record, database, hub);
      const gate = createGate();
      await recorder.setStatus('running');
      const watch = memory.watch(watchedRun(record.state), device.backend);
      const work = async () => {
        const running = run({
          ...sources,
          backend: device.backend,
          lost: device.lost,
          tuning: databaseTuning(database),
          tiles: record.tiles,
          reviews: storedReviews(database, record),
          store: databaseArtifacts(database),
          hooks: {
            ...watchedHooks(recorder.hooks, watch),
            gate,
            onProbe: (probe) => active && (active.probe = probe),
          },
        });
        return Promise.race([running, endAfterLoss(device.lost, gate, running)]);
      };
      const ended = work()
        .then((hold) => (hold ? holdRun(recorder, hold, record.state.name) : recorder.setStatus('finished')))
        .catch((error: unknown) => recordFailure(recorder, error))
        .catch((error: unknown) => hub.broadcast('notice', { level: 'error', message: errorShape(error).message }))
        .finally(() => {
          watch.stop();
          active = null;
          release?.();
        });
      active = { record, gate, recorder, probe: null, ended };
    } catch (error) {
      release?.();
      throw error;
    } finally {
      starting = false;
    }
  };

  /** Who looks at another page is told too. */
  const holdRun = async (recorder: RunRecorder, hold: RunHold, name: string): Promise<void> => {
    await recorder.setHeld(hold);
    const what = hold.why === 'review' ? 'waits for your review of its pairs' : 'has stopped where you asked';
    hub.broadcast('notice', { level: 'info', message: `The run “${name}” ${what}.` });
  };

  const requireActive = (runId: string): ActiveRun => {
    if (active?.record.state.id === runId) return active;
    throw new InputError('This run is not going on. Continue it first.');
  };

  return {
    launch,
    pause: async (runId) => {
      const { gate, recorder } = requireActive(runId);
      gate.pause();
      await recorder.setStatus('paused');
    },
    unpause: async (runId) => {
      const { gate, recorder } = requireActive(runId);
      await recorder.setStatus('running');
      gate.resume();
    },
    cancel: async (record) => {
      if (active?.record !== record) {
        if (!['interrupted', 'held'].includes(record.state.status)) throw new InputError('This run is not going on.');
        await createRunRecorder(record, database, hub).setStatus('cancelled');
        return;
      }
      active.gate.cancel();
      await active.ended;
    },
    profile: (runId) => {
      const { probe } = requireActive(runId);
      if (!probe) throw new InputError('No stage of this run is at work yet; try again in a moment.');
      probe.measureNext();
    },
    isActive: (runId) => active?.record.state.id === runId,
    isBusy: () => active !== null || starting,
  };
}

const runOnEngine: NonNullable<RunControllerParts['run']> = (input) => runPipeline({ ...input, renderPlots });

/** Only the fused engine keeps to the budget. */
const watchedRun = ({ id, recipe }: RunState) => ({
  runId: id,
  budgetBytes: recipe.engine === 'definition' ? null : recipe.memoryBudgetGb * 1e9,
});

/** The recorder's hooks, which say where stages begin and end to the memory log too. */
function watchedHooks(hooks: RunRecorder['hooks'], watch: MemoryWatch): RunRecorder['hooks'] {
  return {
    ...hooks,
    onStageStart: (stage, done) => {
      watch.mark(stage.id);
      return hooks.onStageStart(stage, done);
    },
    onArtifact: (stage, artifact, skipped) => {
      watch.mark(null);
      return hooks.onArtifact(stage, artifact, skipped);
    },
  };
}

/** What a run gets to end by itself when the device is lost: then its error says in which stage and step it was. */
const lossGraceMs = 500;

/** @throws DeviceError once the device is lost and the run had its time; work on a dead device may never settle. */
async function endAfterLoss(
  lost: Promise<DeviceError>,
  gate: ControlledGate,
  running: Promise<unknown>,
): Promise<never> {
  const error = await lost;
  gate.cancel();
  await Promise.race([running, new Promise((resolve) => setTimeout(resolve, lossGraceMs))]);
  throw error;
}

/** How a run ended that did not finish. A lost device is no fault of the run: it can go on where it was. */
async function recordFailure(recorder: RunRecorder, error: unknown): Promise<void> {
  if (error instanceof CancelledError) return recorder.setStatus('cancelled');
  const cause = error instanceof StageError ? error.cause : error;
  const status = cause instanceof DeviceError ? 'interrupted' : 'failed';
  await recorder.setStatus(status, errorShape(error));
}

function oneAtATime(name: string | undefined): InputError {
  const which = name === undefined ? 'A run is starting' : `The run "${name}" is going on`;
  return new InputError(`${which}, and the GPU serves one at a time. Wait for it, or cancel it, and start again.`);
}

/** Prepares a stopped run to be launched again. @throws InputError when it has not stopped */
export function reviveRun({ state }: RunRecord): void {
  checkStopped(state);
  for (const stage of state.stages) if (stage.status === 'failed') stage.status = 'pending';
}

function checkStopped({ status, name }: RunState): void {
  if (status === 'finished') throw new InputError(`The run "${name}" has finished; there is nothing to continue.`);
  if (status === 'running' || status === 'paused') throw new InputError(`The run "${name}" is going on already.`);
  if (status === 'held')
    throw new InputError(`The run "${name}" waits for you. Press "Go on" to make its next stage, or cancel it.`);
}

/** A run that has not begun. @throws InputError that names what is wrong with the recipe, or that the data cannot train it */
export function newRun(argument: StartArgument, kind: DatasetKind = 'preference'): RunRecord {
  const { name, modelId, datasetId, importedAdapterId, recipe, review = noWait } = argument;
  const checked = checkRecipe(recipe);
  checkKind(kind, checked, importedAdapterId !== null);
  const state: RunState = {
    id: crypto.randomUUID(),
    name: name.trim() || checked.name,
    modelId,
    datasetId,
    importedAdapterId,
    recipe: checked,
    status: 'running',
    holds: { ...noHolds, review },
    held: null,
    stages: stagesOf(checked, kind).map(pendingStage),
    error: null,
    createdAt: Date.now(),
    outputs: [],
    engine: null,
    activity: null,
    evaluation: null,
  };
  return { state, stages: {}, outputStages: {}, device: null, tiles: null, passed: [] };
}

/** @throws InputError that names every wrong field */
export function checkRecipe(recipe: unknown): Recipe {
  const parsed = recipeSchema.safeParse(recipe);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'recipe'}: ${message}`);
  throw new InputError(`The recipe cannot be used. Correct ${problems.join('; ')}.`);
}
