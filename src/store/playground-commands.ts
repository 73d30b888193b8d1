/** Asking the models of a run. */
import type { TrainingClient } from '../client/training-client';
import type { Message } from '../protocol/preference';
import type { Turn } from './playground';
import type { StudioStore } from './studio-store';

export interface PlaygroundCommandSet {
  /** Asks the chosen models; each goes on with its own conversation. Rejects when they cannot answer; the turn then goes. */
  ask(question: string): Promise<void>;
  /** Asks the last question again, with the next seed. */
  askAgain(): Promise<void>;
  stopAnswer(): Promise<void>;
}

/** The conversation of one model: what was asked, and what it said itself. */
function conversation(turns: readonly Turn[], index: number, question: string): Message[] {
  const before = turns.flatMap(({ question: asked, answers }): Message[] => [
    { role: 'user', content: asked },
    { role: 'assistant', content: answers[index]?.text.trim() ?? '' },
  ]);
  return [...before, { role: 'user', content: question }];
}

export function createPlaygroundCommands(
  store: StudioStore,
  training: Pick<TrainingClient, 'send'>,
  newId: () => string = () => crypto.randomUUID(),
): PlaygroundCommandSet {
  const send = async (question: string, again: boolean): Promise<void> => {
    const { playgroundRunId: runId, playgroundModels, playgroundSampling: sampling, turns, askId } = store.getState();
    if (runId === null || askId !== null || question.trim() === '') return;
    const models = playgroundModels.filter((model) => model !== null);
    const before = again ? turns.slice(0, -1) : turns;
    const own = newId();
    store.getState().beginTurn(own, question, again);
    try {
      const conversations = models.map((_, index) => conversation(before, index, question));
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
  };
}
