/** Asking the models of a run, and voting between their answers. */
import type { TrainingClient } from '../client/training-client';
import type { BlindVote } from '../protocol/pair-review';
import type { ModelTally } from '../protocol/pairs';
import type { Message } from '../protocol/preference';
import type { PairCommandSet } from './pair-commands';
import type { BlindTurn, Turn } from './playground';
import type { StudioStore } from './studio-store';

export interface PlaygroundCommandSet {
  /** Asks the chosen models; each goes on with its own conversation. Rejects when they cannot answer; the turn then goes. */
  ask(question: string): Promise<void>;
  /** Asks the last question again, with the next seed. */
  askAgain(): Promise<void>;
  stopAnswer(): Promise<void>;
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
  const send = async (question: string, again: boolean): Promise<void> => {
    const state = store.getState();
    const { playgroundRunId: runId, playgroundModels, playgroundSampling: sampling, turns, askId } = state;
    if (runId === null || askId !== null || question.trim() === '') return;
    const models = playgroundModels.filter((model) => model !== null);
    const before = again ? turns.slice(0, -1) : turns;
    const own = newId();
    const blind: BlindTurn | null =
      state.playgroundBlind && models.length === 2
        ? { prompt: conversation(before, betterAnswer, question), left: random() < 0.5 ? 0 : 1, vote: null }
        : null;
    state.beginTurn(own, question, again, blind);
    try {
      const conversations = models.map((_, index) => blind?.prompt ?? conversation(before, () => index, question));
      const answers = await training.send('askPlayground', { askId: own, runId, models, conversations, sampling });
      store.getState().endTurn(answers);
    } catch (error) {
      store.getState().endTurn(null);
      throw error;
    }
  };
  return {
    ask: (question) => send(question, false),
    askAgain: async () => {
      const { turns, playgroundSampling, setSampling } = store.getState();
      const last = turns.at(-1);
      if (!last) return;
      setSampling({ seed: playgroundSampling.seed + 1 });
      await send(last.question, true);
    },
    stopAnswer: async () => {
      await training.send('stopPlayground', null);
    },
    voteAnswers: async (index, better) => {
      const { playgroundRunId: runId, playgroundModels: models, turns, noteVote } = store.getState();
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
