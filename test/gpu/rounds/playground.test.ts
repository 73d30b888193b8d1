/** Chat with models of a run outside its pipeline: on the tiny golden model, with parameters and a reward head made for it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readItems } from '../../../src/data/dataset-source';
import { splitDataset } from '../../../src/data/split';
import { openDevice } from '../../../src/gpu/device';
import { startBackend, type Backend } from '../../../src/ops/backend';
import type { PlaygroundSampling } from '../../../src/protocol/playground';
import type { PreferencePair } from '../../../src/protocol/preference';
import { openPlayground, type Playground, type PlaygroundRequest } from '../../../src/rounds/playground';
import { runPipeline } from '../../../src/rounds/pipeline';
import { openDawn } from '../../support/dawn';
import { memoryStore, memoryTuning, notedHooks, type NotedHooks } from '../../support/memory-pipeline';
import { describeWith } from '../../support/needs';
import { tinyRecipe, tinySources } from '../../support/tiny-run';

const never = new Promise<never>(() => {});
const sampling: PlaygroundSampling = {
  temperature: 0.9,
  topK: 0,
  topP: 1,
  repetitionPenalty: 1,
  maxNewTokens: 40,
  seed: 3,
};

let backend: Backend;
let hooks: NotedHooks;
let playground: Playground;
let sources: Awaited<ReturnType<typeof tinySources>>;
let before: ReturnType<Backend['memory']>;

const files = (stage: string) => hooks.artifacts.get(stage)!.artifact.files;

describeWith(['lavapipe'], 'the playground', () => {
  beforeAll(async () => {
    backend = await startBackend(await openDevice(openDawn('lavapipe')));
    hooks = notedHooks();
    hooks.after = ({ id, status }) => {
      if (id === 'reward' && status === 'done') hooks.gate.cancel();
    };
    sources = await tinySources();
    const run = runPipeline({ ...sources, recipe: tinyRecipe, backend, lost: never, store: memoryStore(), hooks });
    await expect(run).rejects.toMatchObject({ name: 'CancelledError' });
    before = backend.memory();
    const parts = { backend, tuning: memoryTuning(), tiles: null, onActivity: () => {}, onEngine: () => {} };
    playground = await openPlayground(sources.model.files, tinyRecipe, parts);
  });

  const ask = (changes: Partial<PlaygroundRequest> = {}) => {
    const heard: { text: string; tokens: number }[] = [];
    const answered = playground.answer({
      parameters: files('sft'),
      reward: files('reward'),
      messages: [{ role: 'user', content: 'What is a whetstone for?' }],
      sampling,
      signal: new AbortController().signal,
      onPart: (text, tokens) => void heard.push({ text, tokens }),
      ...changes,
    });
    return answered.then((answer) => ({ answer, heard }));
  };

  it('weighs a pair token by token: the sums are the log-ratios of its responses', async () => {
    const pair = { promptIds: [5, 9, 11, 30], chosenIds: [40, 41, 7, 2], rejectedIds: [12, 2] };
    const { chosen, rejected } = await playground.weigh({ parameters: files('sft'), against: null, pair });
    expect([chosen.length, rejected.length]).toEqual([4, 2]);
    const { rejected: alone } = await playground.weigh({
      parameters: files('sft'),
      against: null,
      pair: { ...pair, chosenIds: [3, 2] },
    });
    alone.forEach((ratio, i) => expect(ratio).toBeCloseTo(rejected[i] ?? Number.NaN, 5));
    const turned = await playground.weigh({ parameters: null, against: files('sft'), pair });
    chosen.forEach((ratio, i) => expect(turned.chosen[i]).toBeCloseTo(-ratio, 6));
    expect(chosen.some((ratio) => Math.abs(ratio) > 1e-6)).toBe(true);
  });

  it('scores pairs as the reward stage did: the same share of its training pairs is right', async () => {
    const { dataset } = sources;
    const { train } = splitDataset(await dataset.keys(), tinyRecipe);
    const pairs = (await readItems(dataset, train)) as PreferencePair[];
    const { signal } = new AbortController();
    const { chosen, rejected } = await playground.score({ reward: files('reward'), pairs, signal });
    const right = chosen.filter((score, i) => score > (rejected[i] ?? NaN)).length;
    expect(right / train.length).toBeCloseTo(hooks.artifacts.get('reward')!.artifact.summary['accuracy'] ?? NaN, 6);
    const stopped = new AbortController();
    stopped.abort();
    await expect(playground.score({ reward: files('reward'), pairs, signal: stopped.signal })).rejects.toThrow(
      'stopped',
    );
  });

  it('tells the answer as it grows: every part begins the next, the last is the answer', async () => {
    const { answer, heard } = await ask();
    expect(heard.length).toBeGreaterThan(2);
    expect(heard.map(({ tokens }) => tokens)).toEqual(heard.map(({ tokens }) => tokens).toSorted((a, b) => a - b));
    heard.slice(1).forEach(({ text }, i) => expect(text.startsWith(heard[i]!.text)).toBe(true));
    expect(heard.at(-1)).toEqual({ text: answer.text, tokens: answer.tokens });
    expect(answer.reward).toSatisfy((reward) => typeof reward === 'number' && Number.isFinite(reward));
  });

  it('answers the same for the same seed, and another model, seed or conversation differs', async () => {
    const first = (await ask()).answer;
    expect((await ask()).answer).toMatchObject({ text: first.text, reward: first.reward });
    const longer = [
      { role: 'user' as const, content: 'Hello' },
      { role: 'assistant' as const, content: 'Good day.' },
      { role: 'user' as const, content: 'What is a whetstone for?' },
    ];
    for (const change of [{ sampling: { ...sampling, seed: 4 } }, { messages: longer }])
      expect((await ask(change)).answer.text).not.toBe(first.text);
    const base = (await ask({ parameters: null, reward: null })).answer;
    expect(base.reward).toBeNull();
    expect(base.tokens).toBeGreaterThan(0);
  });

  it('stops within a few tokens, and keeps what there is', async () => {
    const abort = new AbortController();
    const { answer } = await ask({
      signal: abort.signal,
      sampling: { ...sampling, maxNewTokens: 300 },
      onPart: () => abort.abort(),
    });
    expect(answer).toMatchObject({ stopped: true, ended: false, reward: null });
    expect(answer.tokens).toBeGreaterThan(0);
    expect(answer.tokens).toBeLessThan(60);
  });

  describe('afterwards', () => {
    it('gives everything back', () => {
      playground.dispose();
      expect(backend.memory()).toEqual(before);
    });
  });
});
