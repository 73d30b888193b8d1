/** What the playground keeps over a reload: finished turns and settings, within limits, and as long as their run is there. */
import { expect, it } from 'vitest';
import type { PlaygroundAnswer } from '../../../src/protocol/playground';
import type { ModelSummary } from '../../../src/protocol/library';
import type { RunState } from '../../../src/protocol/run-state';
import type { PageMemo } from '../../../src/store/page-memo';
import { keepConversation } from '../../../src/store/playground-memory';
import { createStudioStore, type StudioStore } from '../../../src/store/studio-store';

const answer = (text: string): PlaygroundAnswer => ({
  ...{ text, tokens: 2, ended: true, stopped: false, cut: false, reward: -0.5, seconds: 1 },
});

function memory(): PageMemo & { text: () => string } {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    text: () => [...kept.values()].join(),
  };
}

function open(memo: PageMemo): StudioStore {
  const store = createStudioStore();
  keepConversation(store, memo);
  return store;
}

const begin = (store: StudioStore, question: string) =>
  store.getState().beginTurn({ askId: question, question, blind: null, asked: [0, 1], replacesLast: false });
function ask(store: StudioStore, question: string, text = 'x'): void {
  begin(store, question);
  store.getState().endTurn([answer(text), answer(text)]);
}
const ofRun = (runId: string) => ({ kind: 'run', runId }) as const;
const ofModel = (modelId: string) => ({ kind: 'model', modelId }) as const;
const runs = (...ids: string[]) => ids.map((id) => ({ id }) as RunState);
const questions = (store: StudioStore) => store.getState().turns.map(({ question }) => question);

it('brings back what was finished, with models, sampling and the switch', () => {
  const memo = memory();
  const store = open(memo);
  store.getState().chooseSource(ofRun('r'), ['sft', 'dpo_round1']);
  store.getState().setBlind(true);
  store.getState().setSampling({ temperature: 0.3 });
  ask(store, 'one');
  begin(store, 'two');
  const again = open(memo).getState();
  expect(again.turns).toEqual(store.getState().turns.slice(0, 1));
  expect(again).toMatchObject({
    playgroundSource: ofRun('r'),
    playgroundModels: ['sft', 'dpo_round1'],
    playgroundBlind: true,
  });
  expect(again.playgroundSampling).toEqual(store.getState().playgroundSampling);
  store.getState().endTurn(null);
  store.getState().clearTurns();
  expect(questions(open(memo))).toEqual([]);
});

it('begins anew over what it cannot read', () => {
  const memo = memory();
  const store = open(memo);
  store.getState().chooseSource(ofRun('r'), ['sft', 'dpo_round1']);
  ask(store, 'one');
  for (const text of [
    '{',
    '{"runId":"r"}',
    memo.text().replace('"kind":"run"', '"kind":"file"'),
    memo.text().replace('"reward":-0.5', '"reward":"high"'),
  ]) {
    memo.setItem('whetstone.playground', text);
    expect(questions(open(memo))).toEqual([]);
  }
});

it('keeps the newest turns that there is room for', () => {
  const memo = memory();
  const store = open(memo);
  store.getState().chooseSource(ofRun('r'), ['sft', 'dpo_round1']);
  for (let i = 0; i < 60; i++) ask(store, `${i}`);
  expect(questions(open(memo))).toHaveLength(50);
  for (let i = 0; i < 12; i++) ask(store, `long ${i}`, 'x'.repeat(10_000));
  const kept = questions(open(memo));
  expect(kept.at(-1)).toBe('long 11');
  expect(memo.text().length).toBeLessThan(510_000);
});

it('goes with its run, and comes back with it', () => {
  const memo = memory();
  const store = open(memo);
  store.getState().chooseSource(ofRun('r'), ['sft', 'dpo_round1']);
  ask(store, 'one');
  const later = open(memo);
  // Until the worker has told which runs there are, nothing is known to be gone.
  expect(questions(later)).toEqual(['one']);
  later.setState({ loaded: true, runs: runs('r', 'other') });
  expect(questions(later)).toEqual(['one']);
  later.setState({ runs: runs('other') });
  expect(questions(later)).toEqual([]);
  expect(questions(open(memo))).toEqual([]);
  later.getState().chooseSource(ofRun('other'), ['base', null]);
  later.setState({ runs: runs('r', 'other') });
  expect(questions(later)).toEqual(['one']);
  expect(later.getState().playgroundModels).toEqual(['sft', 'dpo_round1']);
});

it('reads what earlier versions kept, who asked runs only', () => {
  const memo = memory();
  const store = open(memo);
  store.getState().chooseSource(ofRun('r'), ['sft', 'dpo_round1']);
  ask(store, 'one');
  const { source: _, ...rest } = JSON.parse(memo.text()) as Record<string, unknown>;
  memo.setItem('whetstone.playground', JSON.stringify({ ...rest, runId: 'r' }));
  const again = open(memo);
  expect(questions(again)).toEqual(['one']);
  expect(again.getState().playgroundSource).toEqual(ofRun('r'));
});

it('a conversation with a model of the library goes with the model, not with a run of the same id', () => {
  const memo = memory();
  const store = open(memo);
  store.getState().chooseSource(ofModel('m'), ['base', 'adapter:a']);
  ask(store, 'one');
  const later = open(memo);
  const models = (...ids: string[]) => ids.map((id) => ({ id }) as ModelSummary);
  later.setState({ loaded: true, models: models('m', 'other') });
  expect(questions(later)).toEqual(['one']);
  later.setState({ models: models('other'), runs: runs('m') });
  expect(questions(later)).toEqual([]);
  expect(questions(open(memo))).toEqual([]);
  // Its id is its content, so imported again it is the same.
  later.setState({ models: models('m') });
  expect(questions(later)).toEqual(['one']);
  expect(later.getState().playgroundSource).toEqual(ofModel('m'));
});
