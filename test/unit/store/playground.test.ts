/** The playground's conversation: what is sent, what is shown while answers grow, and what stays when a question fails. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { PlaygroundVote } from '../../../src/protocol/pair-review';
import type { PlaygroundAnswer, PlaygroundQuestion } from '../../../src/protocol/playground';
import { createPlaygroundCommands, type PlaygroundCommandSet } from '../../../src/store/playground-commands';
import { createStudioStore, type StudioStore } from '../../../src/store/studio-store';

let store: StudioStore;
let commands: PlaygroundCommandSet;
let asked: PlaygroundQuestion[];
let votes: { runId: string; vote: PlaygroundVote }[];
/** Which model comes to stand on the left. */
let draw = 0;
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
  votes = [];
  const pairs = {
    votePlayground: (runId: string, vote: PlaygroundVote) => Promise.resolve(void votes.push({ runId, vote })),
    playgroundTally: () => Promise.resolve([]),
  };
  const newId = () => `id${++count}`;
  commands = createPlaygroundCommands(store, { training: { send }, pairs, newId, random: () => draw });
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

describe('asked blindly', () => {
  beforeEach(() => store.getState().setBlind(true));

  it('a vote makes a pair of what stood left and right, once', async () => {
    draw = 0.7; // The second model stands on the left.
    await commands.ask('one');
    expect(store.getState().turns[0]?.blind).toMatchObject({ left: 1, vote: null });
    await commands.voteAnswers(0, 'right');
    await commands.voteAnswers(0, 'left');
    const prompt = [{ role: 'user', content: 'one' }];
    const left = { model: 'dpo_round1', text: ' by dpo_round1' };
    const right = { model: 'sft', text: ' by sft' };
    expect(votes).toEqual([{ runId: 'r', vote: { prompt, left, right, better: 'right' } }]);
    expect(store.getState().turns[0]?.blind?.vote).toBe('right');
  });

  it('both models are given one conversation, which goes on with the better answer', async () => {
    draw = 0; // The first model stands on the left.
    await commands.ask('one');
    await commands.voteAnswers(0, 'right');
    await commands.ask('two');
    const prompt = [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'by dpo_round1' },
      { role: 'user', content: 'two' },
    ];
    expect(asked[1]?.conversations).toEqual([prompt, prompt]);
    await commands.voteAnswers(1, 'tie');
    expect(votes[1]?.vote).toMatchObject({ prompt, better: 'tie' });
    await commands.ask('three');
    expect(asked[2]?.conversations[0]?.[3]).toEqual({ role: 'assistant', content: 'by sft' });
  });

  it('a vote that cannot be kept leaves the models hidden', async () => {
    await commands.ask('one');
    votes.push = () => {
      throw new Error('storage is full');
    };
    await expect(commands.voteAnswers(0, 'left')).rejects.toThrow('storage is full');
    expect(store.getState().turns[0]?.blind?.vote).toBeNull();
  });

  it('one model alone is never hidden', async () => {
    store.getState().chooseModels(['sft', null]);
    await commands.ask('one');
    expect(store.getState().turns[0]?.blind).toBeNull();
  });
});
