/**
 * The playground's turn on the GPU: one session at a time, opened by a question, closed when a run starts, after some idle minutes,
 * or when the device is lost. Refuses while a run is going on.
 */
import { InputError } from '../src/protocol/errors';
import { adapterOfModel, roundOfModel, runOfModel } from '../src/protocol/model-name';
import type { LogRatioQuestion, PlaygroundAnswer } from '../src/protocol/playground';
import type { TrainingCommands, TrainingEvents } from '../src/protocol/studio';
import { openPlayground, type Playground } from '../src/rounds/playground';
import { modelStage } from '../src/rounds/stages';
import type { ArtifactStore } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import { getImportedAdapter, getModel } from '../src/storage/library';
import type { Bytes, ImportedAdapterRecord, RunRecord } from '../src/storage/records';
import { databaseTuning } from '../src/storage/tuning-store';
import type { DeviceKeeper } from './device-keeper';
import type { EventHub } from './event-hub';
import { requireFreeGpu, type GpuUsers } from './gpu-free';
import { scoreOriginals } from './pair-scoring';
import type { Handlers } from './serve-commands';

const idleMs = 180_000;

interface PlaygroundParts extends GpuUsers {
  database: StudioDatabase;
  devices: DeviceKeeper;
  store: ArtifactStore;
  hub: Pick<EventHub<TrainingEvents>, 'broadcast'>;
  /** @throws InputError when there is no such run */
  runOf(runId: string): RunRecord;
  open?: typeof openPlayground;
}

export interface PlaygroundService {
  handlers: Pick<Handlers<TrainingCommands>, 'askPlayground' | 'stopPlayground' | 'pairLogRatios' | 'scorePairs'>;
  /** Ends what is being answered and gives the GPU's memory back. */
  close(): Promise<void>;
}

interface Session {
  runId: string;
  playground: Playground;
}

export function createPlayground(parts: PlaygroundParts): PlaygroundService {
  const { database, devices, store, hub, runOf, open = openPlayground } = parts;
  let session: Session | null = null;
  let asking: { abort: AbortController; ended: Promise<unknown> } | null = null;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const dispose = (): void => {
    clearTimeout(idle);
    session?.playground.dispose();
    session = null;
  };

  const close = async (): Promise<void> => {
    asking?.abort.abort();
    await asking?.ended.catch(() => {});
    dispose();
  };

  /** Of the run's model; the one that is open when it is the same. */
  const sessionOf = async (record: RunRecord): Promise<Session> => {
    if (session?.runId === record.state.id) return session;
    dispose();
    const { files } = await getModel(database, record.state.modelId);
    const { backend, lost } = await devices.get();
    const opened = await open(
      files.map(({ path, blob }) => ({ path, file: blob })),
      record.state.recipe,
      { backend, tuning: databaseTuning(database), tiles: record.tiles, onActivity: () => {}, onEngine: () => {} },
    );
    const own = { runId: record.state.id, playground: opened };
    session = own;
    void lost.then(() => session === own && dispose());
    return own;
  };

  const filesOf = async (record: RunRecord, stage: string) => {
    const artifact = await store.get(record.stages[stage]?.key ?? '');
    return artifact?.files ?? null;
  };

  /** null for the bare base model. */
  const parametersOf = async (record: RunRecord, model: string) => {
    const adapterId = adapterOfModel(model);
    if (adapterId !== null) return adapterFiles(await getImportedAdapter(database, adapterId));
    const other = runOfModel(model);
    const maker = other ? sameBase(record, runOf(other.runId)) : record;
    const ownName = other?.model ?? model;
    const stage = stageOf(ownName);
    const files = stage === null ? null : await filesOf(maker, stage);
    if (stage !== null && !files)
      throw new InputError(`The run ${maker.state.name} has no ${ownName} yet. Choose a model that it has finished.`);
    return files;
  };

  const answerAll = async (
    { askId, runId, models, conversations, sampling }: TrainingCommands['askPlayground'][0],
    signal: AbortSignal,
  ) => {
    const record = runOf(runId);
    const { playground } = await sessionOf(record);
    const reward = await filesOf(record, 'reward');
    const answers = [];
    for (const [index, model] of models.entries()) {
      const messages = conversations[index];
      if (!messages) throw new Error('internal: a model has no conversation');
      const parameters = await parametersOf(record, model);
      const tell = (text: string, tokens: number, finished: PlaygroundAnswer | null) =>
        hub.broadcast('playground', { askId, index, text, tokens, finished });
      const onPart = (text: string, tokens: number) => tell(text, tokens, null);
      const answer = await playground.answer({ parameters, reward, messages, sampling, signal, onPart });
      tell(answer.text, answer.tokens, answer);
      answers.push(answer);
    }
    return answers;
  };

  const weighPair = async ({ runId, model, against, ...pair }: LogRatioQuestion) => {
    const record = runOf(runId);
    const { playground } = await sessionOf(record);
    const [parameters, other] = [await parametersOf(record, model), await parametersOf(record, against)];
    return playground.weigh({ parameters, against: other, pair });
  };

  const score = async ({ runId, positions }: TrainingCommands['scorePairs'][0], signal: AbortSignal) => {
    const record = runOf(runId);
    const key = record.stages['reward']?.key ?? '';
    const files = await filesOf(record, 'reward');
    if (!files)
      throw new InputError(`The run ${record.state.name} has no reward model yet. It scores once it is trained.`);
    const { playground } = await sessionOf(record);
    let progress = { runId, done: 0, total: positions.length };
    const tell = (change: Partial<typeof progress>, ended = false) => {
      progress = { ...progress, ...change };
      hub.broadcast('pairScoring', { ...progress, ended });
    };
    const onProgress = (done: number, total: number) => tell({ done, total });
    try {
      return await scoreOriginals(
        { database, record, reward: { key, files }, playground, signal, onProgress },
        positions,
      );
    } finally {
      tell({}, true);
    }
  };

  /** One at a time, and never beside a run. */
  const alone = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    await requireFreeGpu(parts);
    if (asking) throw new InputError('Another question is being answered. Stop it first.');
    clearTimeout(idle);
    const abort = new AbortController();
    const ended = work(abort.signal);
    asking = { abort, ended };
    try {
      return await ended;
    } finally {
      asking = null;
      idle = setTimeout(dispose, idleMs);
    }
  };

  return {
    close,
    handlers: {
      askPlayground: (question) => alone((signal) => answerAll(question, signal)),
      pairLogRatios: (question) => alone(() => weighPair(question)),
      scorePairs: (argument) => alone((signal) => score(argument, signal)),
      stopPlayground: () => {
        asking?.abort.abort();
        return null;
      },
    },
  };
}

/** An imported adapter in the layout that artifacts have. */
async function adapterFiles({ files }: ImportedAdapterRecord): Promise<Record<string, Bytes>> {
  const read = async ({ path, blob }: (typeof files)[number]) =>
    [path, new Uint8Array(await blob.arrayBuffer())] as const;
  return Object.fromEntries(await Promise.all(files.map(read)));
}

/** @throws InputError when the other run's models were trained on another base, or read prompts in another form */
function sameBase({ state }: RunRecord, other: RunRecord): RunRecord {
  const isSame = other.state.modelId === state.modelId && other.state.recipe.promptFormat === state.recipe.promptFormat;
  if (isSame) return other;
  throw new InputError(
    `The runs ${state.name} and ${other.state.name} have different base models or prompt formats. Choose a model of a run with the same.`,
  );
}

/** The stage that made a model, as the evaluation names models; null for the base. @throws InputError for another name */
function stageOf(model: string): string | null {
  if (model === 'base') return null;
  const round = roundOfModel(model);
  if (round === null) throw new InputError(`There is no model “${model}”.`);
  return modelStage(round);
}
