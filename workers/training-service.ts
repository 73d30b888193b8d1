/**
 * What the training worker offers its pages: the studio's whole state, kept current by events, and the training
 * commands. The entry (training.worker.ts) gives it ports; runs are the controller's.
 */
import { InputError } from '../src/protocol/errors';
import { isActive } from '../src/protocol/status';
import type { StudioState, TrainingCommands, TrainingEvents } from '../src/protocol/studio';
import { readSyntheticPairs } from '../src/rounds/synthetic-pairs';
import { stageId } from '../src/rounds/stages';
import { databaseArtifacts } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import { getDataset, listLibrary } from '../src/storage/library';
import type { RunRecord } from '../src/storage/records';
import { readReviews } from '../src/storage/pair-review-store';
import { latestTimeline, putEvents, putTimeline, readEvents } from '../src/storage/system-store';
import { createArtifactCommands } from './artifact-commands';
import type { DeviceKeeper } from './device-keeper';
import { errorShape } from './error-shape';
import { createEventHub } from './event-hub';
import { forgetStages } from './forget-stages';
import { createRunController, newRun, reviveRun, type RunControllerParts } from './run-controller';
import { reviewedOutputsUpdater } from './reviewed-outputs';
import { createMemoryLog } from './memory-log';
import { createPlanCommands } from './plan-commands';
import { createPlayground } from './playground';
import { createRunCommands } from './run-commands';
import { goOn } from './run-holds';
import { mediaType, readOutput } from './run-outputs';
import { serveCommands, type Handlers, type Port } from './serve-commands';
import { loadRuns } from './stored-runs';
import { createSystemService } from './system-commands';
import { createSystemLog, loggedHub } from './system-log';

export interface TrainingServiceParts {
  database: StudioDatabase;
  devices: DeviceKeeper;
  workerKind: StudioState['workerKind'];
  takeLock: RunControllerParts['takeLock'];
  isTrainingElsewhere(): Promise<boolean>;
  run?: RunControllerParts['run'];
}

export interface TrainingService {
  /** Serves a page: it gets the whole state, then events; its commands are answered. */
  attach(port: Port): void;
  detach(port: Port): void;
}

/** Reads what is stored and asks for the device. The first state says that the device is still being asked for. */
export async function createTrainingService(parts: TrainingServiceParts): Promise<TrainingService> {
  const { database, devices, workerKind, takeLock, run } = parts;
  const log = createSystemLog({
    earlier: await readEvents(database),
    // A log that cannot be kept is still shown.
    save: (events) => void putEvents(database, events).catch(() => {}),
  });
  log.note('info', 'The worker of the studio started');
  const hub = loggedHub(createEventHub<TrainingEvents>(), log);
  const store = databaseArtifacts(database);
  const memory = createMemoryLog((timeline) => void putTimeline(database, timeline).catch(() => {}));
  const controller = createRunController({
    ...{ database, hub, takeLock, memory, devices: reporting(devices) },
    ...(run && { run }),
  });
  const runs = new Map<string, RunRecord>();
  const shown: Pick<StudioState, 'adapter' | 'deviceError'> = { adapter: null, deviceError: null };
  let library = await listLibrary(database);
  const stored = await loadRuns(database, await parts.isTrainingElsewhere());
  for (const record of stored.runs) runs.set(record.state.id, record);
  // Every other one that was going on is interrupted by now.
  const runsElsewhere = stored.runs.filter(({ state }) => isActive(state)).map(({ state }) => state.id);

  const earlierMemory = await latestTimeline(database, new Set(runs.keys()));

  const state = (): StudioState => {
    const { models, datasets, importedAdapters } = library;
    return {
      ...shown,
      models,
      datasets,
      importedAdapters,
      runs: [...runs.values()].map((record) => record.state),
      runsElsewhere,
      workerKind,
    };
  };
  const tellState = () => hub.broadcast('state', state());
  const runOf = (runId: string): RunRecord => {
    const record = runs.get(runId);
    if (!record) throw new InputError('There is no such run; it may have been deleted in another window.');
    return record;
  };

  /** Tells the pages which adapter answers, or why none does. */
  function reporting(keeper: DeviceKeeper): DeviceKeeper {
    const get: DeviceKeeper['get'] = async () => {
      try {
        const opened = await keeper.get();
        if (shown.adapter !== opened.backend.summary || shown.deviceError) {
          Object.assign(shown, { adapter: opened.backend.summary, deviceError: null });
          log.note('info', `GPU: ${opened.backend.summary.vendor} ${opened.backend.summary.architecture}`);
          tellState();
        }
        return opened;
      } catch (error) {
        Object.assign(shown, { adapter: null, deviceError: errorShape(error) });
        log.note('error', errorShape(error).message);
        tellState();
        throw error;
      }
    };
    return { get };
  }

  const updateOutputs = reviewedOutputsUpdater(database, hub, (record) => runs.get(record.state.id) === record);

  const playground = createPlayground({
    ...{ database, store, hub, runs, runOf },
    devices: reporting(devices),
    isBusy: controller.isBusy,
    isTrainingElsewhere: () => parts.isTrainingElsewhere(),
  });
  const system = createSystemService({
    ...{ database, log, runs, runOf },
    adapter: () => shown.adapter,
    memory: { timeline: () => memory.timeline() ?? earlierMemory },
    devices: reporting(devices),
    isBusy: controller.isBusy,
    isTrainingElsewhere: () => parts.isTrainingElsewhere(),
  });
  /** A run has the GPU to itself. */
  const launch = async (record: RunRecord): Promise<void> => {
    await playground.close();
    await system.testEnded();
    await controller.launch(record);
  };
  /** Not beside a run, which may be using what goes; in another worker, it would also keep the stage from being made again. */
  const forget = async (runId: string, stageId: string, cause: 'again' | 'deleted'): Promise<RunRecord> => {
    const record = runOf(runId);
    if (controller.isBusy() || (await parts.isTrainingElsewhere()))
      throw new InputError('A run is going on. Wait for it, or cancel it, before a result is deleted or made again.');
    await playground.close();
    await forgetStages(database, record, stageId, cause);
    tellState();
    return record;
  };
  const handlers: Handlers<TrainingCommands> = {
    startRun: async (argument) => {
      const { kind } = (await getDataset(database, argument.datasetId)).summary;
      const record = newRun(argument, kind);
      runs.set(record.state.id, record);
      await launch(record).catch((error: unknown) => {
        runs.delete(record.state.id);
        throw error;
      });
      return { runId: record.state.id };
    },
    continueRun: async ({ runId }) => {
      const record = runOf(runId);
      reviveRun(record);
      await launch(record);
      return null;
    },
    goOn: async ({ runId }) => {
      await goOn(runOf(runId), launch);
      return null;
    },
    redoStage: async ({ runId, stageId }) => {
      await launch(await forget(runId, stageId, 'again'));
      return null;
    },
    deleteResult: async ({ runId, stageId }) => {
      await forget(runId, stageId, 'deleted');
      return null;
    },
    pauseRun: async ({ runId }) => {
      await controller.pause(runId);
      return null;
    },
    resumeRun: async ({ runId }) => {
      await controller.unpause(runId);
      return null;
    },
    cancelRun: async ({ runId }) => {
      await controller.cancel(runOf(runId));
      return null;
    },
    ...playground.handlers,
    ...system.handlers,
    ...createArtifactCommands({
      ...{ database, runs, runOf, isActive: controller.isActive, isBusy: controller.isBusy },
      isTrainingElsewhere: () => parts.isTrainingElsewhere(),
    }),
    ...createPlanCommands({ database, runs, adapter: () => shown.adapter }),
    ...createRunCommands({ database, runs, hub, runOf, isActive: controller.isActive, tellState }),
    profileRun: ({ runId }) => {
      controller.profile(runId);
      return null;
    },
    getPairs: async ({ runId, round, offset, limit }) => {
      const artifact = await store.get(runOf(runId).stages[stageId('score', round)]?.key ?? '');
      const pairs = artifact ? readSyntheticPairs(artifact.files) : [];
      return { total: pairs.length, pairs: pairs.slice(offset, offset + limit) };
    },
    getOutput: async ({ runId, path }) =>
      new Blob([await readOutput(runOf(runId), store, path, (id) => readReviews(database, id))], {
        type: mediaType(path),
      }),
    reviewsChanged: async ({ runId }) => {
      const record = runOf(runId);
      const actions = await readReviews(database, runId);
      hub.broadcast('reviews', { runId, sequence: actions.at(-1)?.sequence ?? 0 });
      // Its own worker knows more of it than this one.
      if (!runsElsewhere.includes(runId)) updateOutputs(record);
      return null;
    },
    refreshLibrary: async () => {
      library = await listLibrary(database);
      tellState();
      return null;
    },
  };

  // A failure is shown in the state; a run that is started asks again.
  void reporting(devices)
    .get()
    .catch(() => {});

  return {
    attach: (port) => {
      hub.attach(port, { event: 'state', payload: state() });
      const unreadable = stored.unreadable + library.unreadable;
      if (unreadable > 0) {
        port.postMessage({ event: 'notice', payload: { level: 'error', message: unreadableMessage(unreadable) } });
      }
      serveCommands(port, handlers);
    },
    detach: (port) => hub.detach(port),
  };
}

function unreadableMessage(count: number): string {
  return `${count} stored items (models, datasets or runs) cannot be read by this version of the studio and are not shown. They are kept as they are.`;
}
