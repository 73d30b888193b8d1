/**
 * Keeps the playground's conversation and settings over a reload, as far as they are finished, and lets a conversation go with its
 * run or model.
 * Leaves out where (page-memo.ts).
 */
import { z } from 'zod';
import type { PlaygroundAnswer, PlaygroundSampling } from '../protocol/playground';
import type { PlaygroundSource } from '../protocol/playground-source';
import type { PageMemo } from './page-memo';
import { conversationOf, finishedAnswer, type BlindTurn, type Conversation, type Turn } from './playground';
import type { StudioStore, StudioStoreState } from './studio-store';

const MEMO_KEY = 'whetstone.playground';
/** The oldest turns beyond these are not kept: the browser gives a page about 5 million characters for all it remembers. */
const maxTurns = 50;
const maxCharacters = 500_000;

const answerSchema = z.object({
  text: z.string(),
  tokens: z.number(),
  ended: z.boolean(),
  stopped: z.boolean(),
  cut: z.boolean(),
  reward: z.number().nullable(),
  seconds: z.number(),
}) satisfies z.ZodType<PlaygroundAnswer>;

const blindSchema = z.object({
  prompt: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  left: z.union([z.literal(0), z.literal(1)]),
  vote: z.enum(['left', 'right', 'tie']).nullable(),
}) satisfies z.ZodType<BlindTurn>;

const samplingSchema = z.object({
  temperature: z.number().min(0),
  topK: z.number().int().min(0),
  topP: z.number().positive().max(1),
  repetitionPenalty: z.number().positive(),
  maxNewTokens: z.number().int().min(1),
  seed: z.number().int().min(0),
}) satisfies z.ZodType<PlaygroundSampling>;

const sourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), runId: z.string() }),
  z.object({ kind: z.literal('model'), modelId: z.string() }),
]) satisfies z.ZodType<PlaygroundSource>;

const conversationSchema = z
  .object({
    source: sourceSchema,
    models: z.tuple([z.string(), z.string().nullable()]),
    blind: z.boolean(),
    sampling: samplingSchema,
    turns: z.array(
      z.object({ question: z.string(), answers: z.array(answerSchema).min(1), blind: blindSchema.nullable() }),
    ),
  })
  .refine(({ models, turns }) => {
    const count = models[1] === null ? 1 : 2;
    return turns.every(({ answers }) => answers.length === count);
  });

/** Earlier versions asked runs only, and kept the id. */
const memorySchema = z.preprocess((kept) => {
  const ofRun = z.looseObject({ runId: z.string() }).safeParse(kept);
  return ofRun.success ? { ...ofRun.data, source: { kind: 'run', runId: ofRun.data.runId } } : kept;
}, conversationSchema);
type Memory = z.infer<typeof memorySchema>;

/** Reads what was kept into the store, and keeps it current. @returns what stops it */
export function keepConversation(store: StudioStore, memo: PageMemo): () => void {
  const kept = read(memo);
  if (kept) {
    const turns: Turn[] = kept.turns.map((turn) => ({ ...turn, answers: turn.answers.map(finishedAnswer) }));
    store.getState().takeConversation({ ...kept, turns });
    store.getState().setSampling(kept.sampling);
  }
  /** Of a run that was deleted, which can be taken back for a while, or of a model, which can be imported again. */
  let orphan: Conversation | null = null;
  const followSource = ({ loaded, runs, models, askId, ...state }: StudioStoreState): void => {
    if (!loaded || askId !== null) return;
    const isThere = (source: PlaygroundSource | null) =>
      source?.kind === 'run'
        ? runs.some(({ id }) => id === source.runId)
        : models.some(({ id }) => id === source?.modelId);
    if (state.turns.length > 0 && !isThere(state.playgroundSource)) {
      orphan = conversationOf(store.getState());
      store.getState().clearTurns();
    } else if (orphan && state.turns.length === 0 && isThere(orphan.source)) {
      const known = orphan;
      orphan = null;
      store.getState().takeConversation(known);
    }
  };
  return store.subscribe((state, before) => {
    if (sources.some((part) => state[part] !== before[part])) followSource(state);
    const now = store.getState();
    if (watched.some((part) => state[part] !== before[part]) && now.askId === null) write(memo, now);
  });
}

/** What says which runs and models there are. */
const sources = ['runs', 'models', 'loaded'] as const satisfies (keyof StudioStoreState)[];

const watched = [
  'playgroundSource',
  'playgroundModels',
  'playgroundBlind',
  'playgroundSampling',
  'turns',
  'askId',
] as const satisfies (keyof StudioStoreState)[];

/** null for nothing, and for what this version cannot read. */
function read(memo: PageMemo): Memory | null {
  const text = memo.getItem(MEMO_KEY);
  if (text === null) return null;
  try {
    const parsed = memorySchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function write(memo: PageMemo, state: StudioStoreState): void {
  if (state.playgroundSource === null) return;
  const turns = state.turns.flatMap(({ question, answers, blind }) => {
    const finished = answers.flatMap((answer) => answer.finished ?? []);
    return finished.length === answers.length ? [{ question, answers: finished, blind }] : [];
  });
  memo.setItem(
    MEMO_KEY,
    JSON.stringify({
      source: state.playgroundSource,
      models: state.playgroundModels,
      blind: state.playgroundBlind,
      sampling: state.playgroundSampling,
      turns: newest(turns),
    }),
  );
}

/** The last turns that there is room for. */
function newest<T>(turns: readonly T[]): T[] {
  let room = maxCharacters;
  const kept: T[] = [];
  for (const turn of turns.slice(-maxTurns).toReversed()) {
    room -= JSON.stringify(turn).length;
    if (room < 0) break;
    kept.unshift(turn);
  }
  return kept;
}
