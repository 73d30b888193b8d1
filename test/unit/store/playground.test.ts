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
/** What the worker does when it is told to stop. */
let stop = (): void => {};
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
    if (command === 'stopPlayground') return Promise.resolve(stop() as never);
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
  store.getState().chooseSource({ kind: 'run', runId: 'r' }, ['sft', 'dpo_round1']);
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
  receivePart({ askId: 'id1', index: 1, text: 'Hel', tokens: 1, finished: null });
  receivePart({ askId: 'another', index: 0, text: 'wrong', tokens: 1, finished: null });
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

it('has an answer with its reward as soon as that one is done, while the other is still to come', async () => {
  let release = (_: PlaygroundAnswer[]): void => {};
  answerNext = () => new Promise((resolve) => (release = resolve));
  const done = commands.ask('one');
  store.getState().receivePart({ askId: 'id1', index: 0, text: 'a', tokens: 2, finished: answer('a') });
  expect(store.getState().turns[0]?.answers.map(({ finished }) => finished?.reward)).toEqual([1, undefined]);
  expect(store.getState().askId).toBe('id1');
  release([answer('a'), answer('b')]);
  await done;
});

it('asks again with another seed, in place of the last answers', async () => {
  await commands.ask('one');
  await commands.askAgain();
  expect(asked.map(({ sampling }) => sampling.seed)).toEqual([1, 2]);
  expect(asked[1]?.conversations[0]).toEqual([{ role: 'user', content: 'one' }]);
  expect(store.getState().turns).toHaveLength(1);
});

it('asks one model alone again, with another seed; the other answer stays', async () => {
  await commands.ask('one');
  answerNext = () => Promise.resolve([answer('another')]);
  await commands.regenerate(1);
  expect(asked[1]).toMatchObject({ models: ['dpo_round1'], sampling: { seed: 2 } });
  expect(asked[1]?.conversations).toEqual([[{ role: 'user', content: 'one' }]]);
  expect(store.getState().turns.map(({ answers }) => answers.map(({ text }) => text))).toEqual([
    [' by sft', 'another'],
  ]);
  answerNext = () => Promise.reject(new Error('lost'));
  await expect(commands.regenerate(0)).rejects.toThrow('lost');
  expect(store.getState().turns[0]?.answers.map(({ text }) => text)).toEqual([' by sft', 'another']);
});

it('an edited last question takes the place of the last one', async () => {
  await commands.ask('one');
  await commands.ask('two');
  store.getState().editLast(true);
  expect(store.getState().questionText).toBe('two');
  await commands.ask('two, better');
  expect(store.getState().turns.map(({ question }) => question)).toEqual(['one', 'two, better']);
  expect(asked[2]?.conversations[0]?.map(({ content }) => content)).toEqual(['one', 'by sft', 'two, better']);
  await commands.ask('three');
  expect(store.getState().turns).toHaveLength(3);
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

describe('a new conversation', () => {
  const undo = async (): Promise<void> => {
    const notice = store.getState().notices.at(-1);
    expect(notice?.action?.label).toBe('Undo');
    await notice?.action?.run();
  };
  const choices: Record<string, () => void> = {
    'another run': () => store.getState().chooseSource({ kind: 'run', runId: 'other' }, ['base', null]),
    'a model of the library': () => store.getState().chooseSource({ kind: 'model', modelId: 'm' }, ['base', null]),
    'other models': () => store.getState().chooseModels(['base', null]),
    'blind votes': () => store.getState().setBlind(true),
    'the button': () => store.getState().clearTurns(),
  };
  it.each(Object.keys(choices))('begun by %s can be undone', async (name) => {
    await commands.ask('one');
    const before = store.getState();
    commands.newConversation(() => choices[name]?.());
    expect(store.getState().turns).toEqual([]);
    await undo();
    const { playgroundSource, playgroundModels, playgroundBlind, turns } = store.getState();
    expect([playgroundSource, playgroundModels, playgroundBlind, turns]).toEqual([
      { kind: 'run', runId: 'r' },
      ['sft', 'dpo_round1'],
      false,
      before.turns,
    ]);
  });

  it('is not announced where there was nothing to lose', () => {
    commands.newConversation(() => store.getState().setBlind(true));
    expect(store.getState().notices).toEqual([]);
  });

  it('undone over another conversation, closes that one, which can be brought back too', async () => {
    await commands.ask('one');
    commands.newConversation(() => store.getState().clearTurns());
    await commands.ask('two');
    await undo();
    expect(store.getState().turns[0]?.question).toBe('one');
    await undo();
    expect(store.getState().turns[0]?.question).toBe('two');
  });

  it('undone while a question is being answered, stops it first', async () => {
    await commands.ask('one');
    commands.newConversation(() => store.getState().clearTurns());
    let release = (_: PlaygroundAnswer[]): void => {};
    answerNext = () => new Promise((resolve) => (release = resolve));
    const done = commands.ask('two');
    stop = () => release([answer('cut'), answer('')]);
    await undo();
    await done;
    expect(store.getState().askId).toBeNull();
    expect(store.getState().turns.map(({ question }) => question)).toEqual(['one']);
  });
});

describe('asked blindly', () => {
  beforeEach(() => store.getState().setBlind(true));

  it('a vote makes a pair of what stood left and right, once', async () => {
    draw = 0.7; // The second model stands on the left.
    await commands.ask('one');
    expect(store.getState().turns[0]?.blind).toMatchObject({ left: 1, vote: null });
    // What stands on the left is written first, so that the order tells nothing.
    expect(asked[0]?.models).toEqual(['dpo_round1', 'sft']);
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

  it('one answer can be asked for again until the vote, which is for the answers as they are', async () => {
    draw = 0.7;
    await commands.ask('one');
    await commands.regenerate(0);
    expect(asked[1]?.models).toEqual(['sft']);
    expect(store.getState().turns[0]?.blind).toMatchObject({ left: 1, vote: null });
    await commands.voteAnswers(0, 'left');
    await commands.regenerate(0);
    expect(asked).toHaveLength(2);
  });

  it('models of the library are never hidden: a vote would be a pair of no run', async () => {
    store.getState().chooseSource({ kind: 'model', modelId: 'm' }, ['base', 'adapter:a']);
    await commands.ask('one');
    expect(asked[0]).toMatchObject({ source: { kind: 'model', modelId: 'm' }, models: ['base', 'adapter:a'] });
    expect(store.getState().turns[0]?.blind).toBeNull();
    await commands.voteAnswers(0, 'left');
    expect(votes).toEqual([]);
  });

  it('one model alone is never hidden', async () => {
    store.getState().chooseModels(['sft', null]);
    await commands.ask('one');
    expect(store.getState().turns[0]?.blind).toBeNull();
  });
});
