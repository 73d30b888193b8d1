/** Asking models, voting between their answers, and beginning another conversation. */
import type { TrainingClient } from '../client/training-client';
import type { BlindVote } from '../protocol/pair-review';
import type { ModelTally } from '../protocol/pairs';
import { runOfSource } from '../protocol/playground-source';
import type { Message } from '../protocol/preference';
import type { PairCommandSet } from './pair-commands';
import {
  asksBlindly,
  conversationOf,
  type BegunTurn,
  type BlindTurn,
  type Conversation,
  type Turn,
} from './playground';
import type { StudioStore } from './studio-store';

export interface PlaygroundCommandSet {
  /**
   * Asks the chosen models; each goes on with its own conversation. In place of the last question when that is being edited.
   * Rejects when they cannot answer; the turn then goes.
   */
  ask(question: string): Promise<void>;
  /** Asks the last question again, with the next seed. */
  askAgain(): Promise<void>;
  /**
   * The same of one model alone; the other answer stays. Nothing happens after a vote, which was for the answers as they are.
   * @param place index into the models
   */
  regenerate(place: number): Promise<void>;
  stopAnswer(): Promise<void>;
  /** Begins a new conversation by `change`; a notice brings the present one back. */
  newConversation(change: () => void): void;
  /** Makes the two answers of a blind turn a pair of the run, and shows whose they are. */
  voteAnswers(turn: number, better: BlindVote['better']): Promise<void>;
  /** The votes that stand in a run. */
  playgroundTally(runId: string): Promise<ModelTally[]>;
}

interface PlaygroundParts {
  training: Pick<TrainingClient, 'send'>;
  pairs: Pick<PairCommandSet, 'votePlayground' | 'playgroundTally'>;
  newId?: () => string;
  /** From 0 to below 1; says who stands on the left. */
  random?: () => number;
}

/** A conversation with what was said by the answer that `said` picks. */
function conversation(turns: readonly Turn[], said: (turn: Turn) => number, question: string): Message[] {
  const before = turns.flatMap((turn): Message[] => [
    { role: 'user', content: turn.question },
    { role: 'assistant', content: turn.answers[said(turn)]?.text.trim() ?? '' },
  ]);
  return [...before, { role: 'user', content: question }];
}

/** A blind conversation goes on with the better answer: the left one as long as neither was. */
const betterAnswer = ({ blind }: Turn): number => {
  if (!blind) return 0;
  return blind.vote === 'right' ? 1 - blind.left : blind.left;
};

export function createPlaygroundCommands(
  store: StudioStore,
  { training, pairs, newId = () => crypto.randomUUID(), random = Math.random }: PlaygroundParts,
): PlaygroundCommandSet {
  const send = async (turn: Omit<BegunTurn, 'askId'>): Promise<void> => {
    const { playgroundSource: source, playgroundModels, turns, askId, beginTurn } = store.getState();
    if (source === null || askId !== null) return;
    const before = turn.replacesLast ? turns.slice(0, -1) : turns;
    const models = turn.asked.map((place) => playgroundModels[place] ?? '');
    const conversations = turn.asked.map(
      (place) => turn.blind?.prompt ?? conversation(before, () => place, turn.question),
    );
    const own = newId();
    beginTurn({ ...turn, askId: own });
    try {
      const { playgroundSampling: sampling } = store.getState();
      const answers = await training.send('askPlayground', { askId: own, source, models, conversations, sampling });
      store.getState().endTurn(answers);
    } catch (error) {
      store.getState().endTurn(null);
      throw error;
    }
  };

  const sendToAll = async (question: string, replacesLast: boolean): Promise<void> => {
    const state = store.getState();
    const { playgroundModels, turns } = state;
    if (question.trim() === '') return;
    if (!asksBlindly(state)) {
      const asked = playgroundModels[1] === null ? [0] : [0, 1];
      return send({ question, blind: null, asked, replacesLast });
    }
    const before = replacesLast ? turns.slice(0, -1) : turns;
    const left = random() < 0.5 ? 0 : 1;
    const blind: BlindTurn = { prompt: conversation(before, betterAnswer, question), left, vote: null };
    // The left one writes first, whoever it is: the order must not tell them apart.
    return send({ question, blind, asked: [left, 1 - left], replacesLast });
  };

  const takeNextSeed = (): void => {
    const { playgroundSampling, setSampling } = store.getState();
    setSampling({ seed: playgroundSampling.seed + 1 });
  };

  const stopAnswer = async (): Promise<void> => {
    await training.send('stopPlayground', null);
  };

  const newConversation = (change: () => void): void => {
    const state = store.getState();
    const before = conversationOf(state);
    change();
    if (before.turns.length === 0) return;
    const bringBack = async (): Promise<void> => {
      if (store.getState().askId !== null) await stopAndSettle(store, stopAnswer);
      newConversation(() => store.getState().takeConversation(before));
    };
    state.notify('info', closedMessage(before), { label: 'Undo', run: bringBack });
  };

  return {
    ask: async (question) => {
      const { askId, editsLast, turns, editLast } = store.getState();
      if (askId !== null) return;
      if (editsLast) editLast(false);
      await sendToAll(question, editsLast && turns.length > 0);
    },
    askAgain: async () => {
      const { turns, askId } = store.getState();
      const last = turns.at(-1);
      if (!last || askId !== null) return;
      takeNextSeed();
      await sendToAll(last.question, true);
    },
    regenerate: async (place) => {
      const { turns, askId } = store.getState();
      const last = turns.at(-1);
      if (!last?.answers[place] || askId !== null || (last.blind && last.blind.vote !== null)) return;
      takeNextSeed();
      await send({ question: last.question, blind: last.blind, asked: [place], replacesLast: true });
    },
    stopAnswer,
    newConversation,
    voteAnswers: async (index, better) => {
      const { playgroundSource, playgroundModels: models, turns, noteVote } = store.getState();
      const runId = runOfSource(playgroundSource);
      const turn = turns[index];
      if (runId === null || !turn?.blind || turn.blind.vote !== null) return;
      const { prompt, left } = turn.blind;
      const side = (place: number) => ({ model: models[place] ?? '', text: turn.answers[place]?.text ?? '' });
      await pairs.votePlayground(runId, { prompt, left: side(left), right: side(1 - left), better });
      noteVote(index, better);
    },
    playgroundTally: (runId) => pairs.playgroundTally(runId),
  };
}

/** Ends the answer that is being written, and waits until the store has what came of it. */
async function stopAndSettle(store: StudioStore, stopAnswer: () => Promise<void>): Promise<void> {
  const settled = new Promise<void>((resolve) => {
    const unsubscribe = store.subscribe(({ askId }) => {
      if (askId !== null) return;
      unsubscribe();
      resolve();
    });
  });
  await stopAnswer();
  await settled;
}

const shownLength = 40;

/** Names the conversation, so that notices of two are not taken for one. */
function closedMessage({ turns }: Conversation): string {
  const first = turns[0]?.question.replaceAll(/\s+/g, ' ') ?? '';
  const begin = first.length > shownLength ? `${first.slice(0, shownLength).trimEnd()}…` : first;
  const size = turns.length === 1 ? '1 prompt' : `${turns.length} prompts`;
  return `Closed the conversation “${begin}” (${size}).`;
}
