/** The playground's conversation: what is sent, what is shown while answers grow, and what stays when a question fails. */
import { beforeEach, expect, it } from 'vitest';
import type { PlaygroundAnswer, PlaygroundQuestion } from '../../../src/protocol/playground';
import { createPlaygroundCommands, type PlaygroundCommandSet } from '../../../src/store/playground-commands';
import { createStudioStore, type StudioStore } from '../../../src/store/studio-store';

let store: StudioStore;
let commands: PlaygroundCommandSet;
let asked: PlaygroundQuestion[];
/** What the worker does with the next question. */
let answerNext: (question: PlaygroundQuestion) => Promise<PlaygroundAnswer[]>;

const answer = (text: string): PlaygroundAnswer => ({
  text,
  tokens: 2,
  ended: true,
  stopped: false,
  cut: false,
  reward: 1,
  seconds: 1,
});

beforeEach(() => {
  store = createStudioStore();
  asked = [];
  answerNext = ({ models }) => Promise.resolve(models.map((model) => answer(` by ${model}`)));
  let count = 0;
  const send = (command: string, argument: unknown): Promise<never> => {
    if (command !== 'askPlayground') throw new Error(command);
    const question = argument as PlaygroundQuestion;
    asked.push(question);
    return answerNext(question) as Promise<never>;
  };
  commands = createPlaygroundCommands(store, { send }, () => `id${++count}`);
  store.getState().chooseRun('r', ['sft', 'dpo_round1']);
});

it('each model goes on with its own conversation', async () => {
  await commands.ask('one');
  await commands.ask('two');
  expect(asked[1]?.conversations).toEqual([
    [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'by sft' },
      { role: 'user', content: 'two' },
    ],
    [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'by dpo_round1' },
      { role: 'user', content: 'two' },
    ],
  ]);
});

it('shows an answer while it grows, and only parts of the question that is being answered', async () => {
  let release = (_: PlaygroundAnswer[]): void => {};
  answerNext = () => new Promise((resolve) => (release = resolve));
  const done = commands.ask('one');
  const { receivePart } = store.getState();
  receivePart({ askId: 'id1', index: 1, text: 'Hel', tokens: 1 });
  receivePart({ askId: 'another', index: 0, text: 'wrong', tokens: 1 });
  expect(store.getState().turns[0]?.answers.map(({ text }) => text)).toEqual(['', 'Hel']);
  await expect(commands.ask('too early')).resolves.toBeUndefined();
  expect(asked).toHaveLength(1);
  release([answer('a'), answer('Hello')]);
  await done;
  expect(store.getState().turns[0]?.answers.map(({ text, finished }) => [text, finished?.reward])).toEqual([
    ['a', 1],
    ['Hello', 1],
  ]);
  expect(store.getState().askId).toBeNull();
});

it('asks again with another seed, in place of the last answers', async () => {
  await commands.ask('one');
  await commands.askAgain();
  expect(asked.map(({ sampling }) => sampling.seed)).toEqual([1, 2]);
  expect(asked[1]?.conversations[0]).toEqual([{ role: 'user', content: 'one' }]);
  expect(store.getState().turns).toHaveLength(1);
});

it('a question that fails leaves the conversation as it was', async () => {
  await commands.ask('one');
  answerNext = () => Promise.reject(new Error('The run is using the GPU.'));
  await expect(commands.ask('two')).rejects.toThrow('using the GPU');
  expect(store.getState().turns.map(({ question }) => question)).toEqual(['one']);
  const before = store.getState().turns;
  await expect(commands.askAgain()).rejects.toThrow('using the GPU');
  expect(store.getState().turns).toEqual(before);
  expect(store.getState().askId).toBeNull();
});

it('other models begin a new conversation', async () => {
  await commands.ask('one');
  store.getState().chooseModels(['base', null]);
  expect(store.getState().turns).toEqual([]);
  await commands.ask('two');
  expect(asked[1]?.models).toEqual(['base']);
});
