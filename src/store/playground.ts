/**
 * The playground's conversation: which run and models, what was asked, the answers so far, and blind votes between them. Kept while
 * the page is open.
 */
import type { BlindVote } from '../protocol/pair-review';
import type { Message } from '../protocol/preference';
import type { PlaygroundAnswer, PlaygroundPart, PlaygroundSampling } from '../protocol/playground';
import type { Slice } from './slice';

/** An answer that may still be growing. */
export type ShownAnswer = Pick<PlaygroundAnswer, 'text' | 'tokens'> & { finished: PlaygroundAnswer | null };

export interface Turn {
  question: string;
  /** As many as models were asked. */
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

export interface PlaygroundSlice {
  playgroundRunId: string | null;
  /** As the evaluation names them; the second may be null for one model alone. */
  playgroundModels: readonly [string, string | null];
  playgroundSampling: PlaygroundSampling;
  /** Whether the next question is asked blindly; counts with two models only. */
  playgroundBlind: boolean;
  turns: readonly Turn[];
  /** The question that is being answered. */
  askId: string | null;
  /** What the turn being answered takes the place of. */
  replacedTurn: Turn | null;
  chooseRun(runId: string, models: readonly [string, string | null]): void;
  chooseModels(models: readonly [string, string | null]): void;
  setSampling(change: Partial<PlaygroundSampling>): void;
  setBlind(blind: boolean): void;
  clearTurns(): void;
  /** Adds a turn without answers, or takes away the answers of the last one to ask it again. */
  beginTurn(askId: string, question: string, again: boolean, blind?: BlindTurn | null): void;
  /** Notes a vote, which shows the models of its turn. */
  noteVote(turn: number, vote: BlindVote['better']): void;
  receivePart(part: PlaygroundPart): void;
  /** `answers` null when the question failed: its turn goes, and what it replaced comes back. */
  endTurn(answers: readonly PlaygroundAnswer[] | null): void;
}

const empty: ShownAnswer = { text: '', tokens: 0, finished: null };

export const createPlaygroundSlice: Slice<PlaygroundSlice> = (set) => ({
  playgroundRunId: null,
  playgroundModels: ['sft', null],
  playgroundSampling: { temperature: 0.7, topK: 0, topP: 0.95, repetitionPenalty: 1, maxNewTokens: 128, seed: 1 },
  playgroundBlind: false,
  turns: [],
  askId: null,
  replacedTurn: null,

  chooseRun: (playgroundRunId, playgroundModels) => set({ playgroundRunId, playgroundModels, turns: [] }),
  // Answers of other models would not fit the columns.
  chooseModels: (playgroundModels) => set({ playgroundModels, turns: [] }),
  setSampling: (change) =>
    set(({ playgroundSampling }) => ({ playgroundSampling: { ...playgroundSampling, ...change } })),
  // A blind conversation is one for both models, an open one has two.
  setBlind: (playgroundBlind) => set({ playgroundBlind, turns: [] }),
  clearTurns: () => set({ turns: [] }),

  beginTurn: (askId, question, again, blind = null) =>
    set(({ turns, playgroundModels }) => {
      const answers = playgroundModels.filter((model) => model !== null).map(() => empty);
      const kept = again ? turns.slice(0, -1) : turns;
      const replacedTurn = again ? (turns.at(-1) ?? null) : null;
      return { askId, replacedTurn, turns: [...kept, { question, answers, blind }] };
    }),

  noteVote: (turn, vote) =>
    set(({ turns }) => ({
      turns: turns.map((one, i) => (i === turn && one.blind ? { ...one, blind: { ...one.blind, vote } } : one)),
    })),

  receivePart: ({ askId, index, text, tokens }) =>
    set((state) => {
      const last = state.turns.at(-1);
      if (state.askId !== askId || !last) return {};
      const answers = last.answers.map((answer, i) => (i === index ? { text, tokens, finished: null } : answer));
      return { turns: [...state.turns.slice(0, -1), { ...last, answers }] };
    }),

  endTurn: (finished) =>
    set(({ turns, replacedTurn }) => {
      const last = turns.at(-1);
      const ended = { askId: null, replacedTurn: null };
      if (!last || finished === null)
        return { ...ended, turns: [...turns.slice(0, -1), ...(replacedTurn ? [replacedTurn] : [])] };
      const answers = last.answers.map((answer, i) => {
        const own = finished[i];
        return own ? { text: own.text, tokens: own.tokens, finished: own } : answer;
      });
      return { ...ended, turns: [...turns.slice(0, -1), { ...last, answers }] };
    }),
});
