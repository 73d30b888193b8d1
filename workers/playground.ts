/**
 * The playground's turn on the GPU: one session at a time, opened by a question, closed when a run starts, after some idle minutes,
 * or when the device is lost. Refuses while a run is going on.
 */
import { InputError } from '../src/protocol/errors';
import type { LogRatioQuestion, PlaygroundAnswer } from '../src/protocol/playground';
import type { TrainingCommands, TrainingEvents } from '../src/protocol/studio';
import { openPlayground, type Playground } from '../src/rounds/playground';
import type { ArtifactStore } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import type { RunRecord } from '../src/storage/records';
import { databaseTuning } from '../src/storage/tuning-store';
import { askedSources, type AskedSource } from './asked-source';
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
  /** Of its source. */
  key: string;
  playground: Playground;
}

export function createPlayground(parts: PlaygroundParts): PlaygroundService {
  const { database, devices, store, hub, runOf, open = openPlayground } = parts;
  const askedOf = askedSources({ database, store, runOf });
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

  /** Of the source's base model; the one that is open when it is the same. */
  const sessionOf = async ({ key, inputs }: AskedSource): Promise<Session> => {
    if (session?.key === key) return session;
    dispose();
    const { files, recipe, tiles } = await inputs();
    const { backend, lost } = await devices.get();
    const opened = await open(
      files.map(({ path, blob }) => ({ path, file: blob })),
      recipe,
      { backend, tuning: databaseTuning(database), tiles, onActivity: () => {}, onEngine: () => {} },
    );
    const own = { key, playground: opened };
    session = own;
    void lost.then(() => session === own && dispose());
    return own;
  };

  const answerAll = async (
    { askId, source, models, conversations, sampling }: TrainingCommands['askPlayground'][0],
    signal: AbortSignal,
  ) => {
    const asked = askedOf(source);
    const { playground } = await sessionOf(asked);
    const reward = await asked.reward();
    const answers = [];
    for (const [index, model] of models.entries()) {
      const messages = conversations[index];
      if (!messages) throw new Error('internal: a model has no conversation');
      const parameters = await asked.parametersOf(model);
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
    const run = askedOf({ kind: 'run', runId });
    const { playground } = await sessionOf(run);
    const [parameters, other] = [await run.parametersOf(model), await run.parametersOf(against)];
    return playground.weigh({ parameters, against: other, pair });
  };

  const score = async ({ runId, positions }: TrainingCommands['scorePairs'][0], signal: AbortSignal) => {
    const record = runOf(runId);
    const run = askedOf({ kind: 'run', runId });
    const key = record.stages['reward']?.key ?? '';
    const files = await run.reward();
    if (!files)
      throw new InputError(`The run ${record.state.name} has no reward model yet. It scores once it is trained.`);
    const { playground } = await sessionOf(run);
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
    if (asking) throw new InputError('Another question is being answered. Stop it first.');
    clearTimeout(idle);
    const abort = new AbortController();
    // Known from the beginning, so that a stop is heard that comes while the GPU is still being asked about.
    const ended = requireFreeGpu(parts).then(() => work(abort.signal));
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
