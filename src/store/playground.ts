/**
 * The playground's conversation: which models of what, what was asked, the answers so far, and blind votes between them. Leaves out
 * what is kept over a reload (playground-memory.ts).
 */
import type { BlindVote } from '../protocol/pair-review';
import type { Message } from '../protocol/preference';
import type { PlaygroundAnswer, PlaygroundPart, PlaygroundSampling } from '../protocol/playground';
import type { PlaygroundSource } from '../protocol/playground-source';
import type { Slice } from './slice';

/** An answer that may still be growing. */
export type ShownAnswer = Pick<PlaygroundAnswer, 'text' | 'tokens'> & { finished: PlaygroundAnswer | null };

export interface Turn {
  question: string;
  /** As many as models were asked, in the models' order. */
  answers: ShownAnswer[];
  /** null for a question that was asked in the open. */
  blind: BlindTurn | null;
}

/** A question to two models whose names, places and rewards are hidden until the vote. */
export interface BlindTurn {
  /** What both models were given: a pair has one prompt. */
  prompt: Message[];
  /** Index into the models and answers of the one that stands on the left. */
  left: 0 | 1;
  vote: BlindVote['better'] | null;
}

export type PlaygroundModels = readonly [string, string | null];

/** All that makes a conversation what it is: other models, or a change between open and blind, need a new one. */
export interface Conversation {
  source: PlaygroundSource | null;
  models: PlaygroundModels;
  blind: boolean;
  turns: readonly Turn[];
}

/** A question on its way. */
export interface BegunTurn {
  askId: string;
  question: string;
  blind: BlindTurn | null;
  /** Which of the turn's answers are asked for, as indices into the models, in the order in which they come. */
  asked: readonly number[];
  /** Takes the place of the last turn, whose other answers stay. */
  replacesLast: boolean;
}

export interface PlaygroundSlice {
  playgroundSource: PlaygroundSource | null;
  /** As the evaluation names them; the second may be null for one model alone. */
  playgroundModels: PlaygroundModels;
  playgroundSampling: PlaygroundSampling;
  /** Whether the next question is asked blindly, where that can be (asksBlindly). */
  playgroundBlind: boolean;
  turns: readonly Turn[];
  /** The question that is being answered. */
  askId: string | null;
  /** The answers that it waits for, as BegunTurn has them. */
  asked: readonly number[];
  /** What the turn being answered takes the place of. */
  replacedTurn: Turn | null;
  /** What stands in the question's field. */
  questionText: string;
  /** The field's question will take the place of the last one. */
  editsLast: boolean;
  /** Each of these begins a new conversation. */
  chooseSource(source: PlaygroundSource, models: PlaygroundModels): void;
  chooseModels(models: PlaygroundModels): void;
  setBlind(blind: boolean): void;
  clearTurns(): void;
  /** Brings a conversation back, in place of the present one. */
  takeConversation(conversation: Conversation): void;
  setSampling(change: Partial<PlaygroundSampling>): void;
  setQuestion(text: string): void;
  /** Puts the last question into the field, or, with false, leaves the field to a new one. */
  editLast(edits: boolean): void;
  beginTurn(turn: BegunTurn): void;
  /** Notes a vote, which shows the models of its turn. */
  noteVote(turn: number, vote: BlindVote['better']): void;
  receivePart(part: PlaygroundPart): void;
  /** @param answers as they were asked for; null when the question failed: its turn goes, and what it replaced comes back */
  endTurn(answers: readonly PlaygroundAnswer[] | null): void;
}

const empty: ShownAnswer = { text: '', tokens: 0, finished: null };

export const finishedAnswer = (finished: PlaygroundAnswer): ShownAnswer => ({
  text: finished.text,
  tokens: finished.tokens,
  finished,
});

export const conversationOf = (state: PlaygroundSlice): Conversation => ({
  source: state.playgroundSource,
  models: state.playgroundModels,
  blind: state.playgroundBlind,
  turns: state.turns,
});

/** Takes two models to choose from, and a run that the vote's pair belongs to. */
export const asksBlindly = ({
  playgroundBlind,
  playgroundModels: [, right],
  playgroundSource,
}: Pick<PlaygroundSlice, 'playgroundBlind' | 'playgroundModels' | 'playgroundSource'>): boolean =>
  playgroundBlind && right !== null && playgroundSource?.kind === 'run';

const noTurns = { turns: [], editsLast: false } as const;

export const createPlaygroundSlice: Slice<PlaygroundSlice> = (set) => ({
  playgroundSource: null,
  playgroundModels: ['sft', null],
  playgroundSampling: { temperature: 0.7, topK: 0, topP: 0.95, repetitionPenalty: 1, maxNewTokens: 128, seed: 1 },
  playgroundBlind: false,
  turns: [],
  askId: null,
  asked: [],
  replacedTurn: null,
  questionText: '',
  editsLast: false,

  chooseSource: (playgroundSource, playgroundModels) => set({ playgroundSource, playgroundModels, ...noTurns }),
  // Answers of other models would not fit the columns.
  chooseModels: (playgroundModels) => set({ playgroundModels, ...noTurns }),
  // A blind conversation is one for both models, an open one has two.
  setBlind: (playgroundBlind) => set({ playgroundBlind, ...noTurns }),
  clearTurns: () => set(noTurns),
  takeConversation: ({ source, models, blind, turns }) =>
    set({ playgroundSource: source, playgroundModels: models, playgroundBlind: blind, turns, editsLast: false }),

  setSampling: (change) =>
    set(({ playgroundSampling }) => ({ playgroundSampling: { ...playgroundSampling, ...change } })),
  setQuestion: (questionText) => set({ questionText }),
  editLast: (edits) =>
    set(({ turns }) => {
      const last = turns.at(-1);
      return edits && last ? { questionText: last.question, editsLast: true } : { questionText: '', editsLast: false };
    }),

  beginTurn: ({ askId, question, blind, asked, replacesLast }) =>
    set(({ turns, playgroundModels }) => {
      const replacedTurn = replacesLast ? (turns.at(-1) ?? null) : null;
      const models = playgroundModels.filter((model) => model !== null);
      const answers = models.map((_, i) => (asked.includes(i) ? empty : (replacedTurn?.answers[i] ?? empty)));
      const kept = replacesLast ? turns.slice(0, -1) : turns;
      return { askId, asked, replacedTurn, turns: [...kept, { question, answers, blind }] };
    }),

  noteVote: (turn, vote) =>
    set(({ turns }) => ({
      turns: turns.map((one, i) => (i === turn && one.blind ? { ...one, blind: { ...one.blind, vote } } : one)),
    })),

  receivePart: ({ askId, index, text, tokens, finished }) =>
    set((state) => {
      const last = state.turns.at(-1);
      const place = state.asked[index];
      if (state.askId !== askId || !last || place === undefined) return {};
      const answer = finished ? finishedAnswer(finished) : { text, tokens, finished: null };
      return { turns: [...state.turns.slice(0, -1), { ...last, answers: last.answers.with(place, answer) }] };
    }),

  endTurn: (finished) =>
    set(({ turns, asked, replacedTurn }) => {
      const last = turns.at(-1);
      const ended = { askId: null, asked: [], replacedTurn: null };
      if (!last || finished === null)
        return { ...ended, turns: [...turns.slice(0, -1), ...(replacedTurn ? [replacedTurn] : [])] };
      const answers = last.answers.map((answer, i) => {
        const own = finished[asked.indexOf(i)];
        return own ? finishedAnswer(own) : answer;
      });
      return { ...ended, turns: [...turns.slice(0, -1), { ...last, answers }] };
    }),
});
