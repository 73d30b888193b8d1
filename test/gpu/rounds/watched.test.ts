/** Answers to watched prompts while a tiny run trains on Dawn: those of the model at that step, once, and at no cost to its numbers. */
import { beforeAll, expect, it } from 'vitest';
import { openDevice } from '../../../src/gpu/device';
import { startBackend, type Backend } from '../../../src/ops/backend';
import { CancelledError } from '../../../src/protocol/errors';
import { runPipeline } from '../../../src/rounds/pipeline';
import { openPlayground } from '../../../src/rounds/playground';
import { sampleSteps } from '../../../src/rounds/watched-prompts';
import { openDawn } from '../../support/dawn';
import { memoryCheckpoints, memoryStore, notedHooks, type NotedHooks } from '../../support/memory-pipeline';
import { describeWith } from '../../support/needs';
import { tinyRecipe, tinySources } from '../../support/tiny-run';

// A rate at which twelve steps change what the model says.
const recipe = {
  ...tinyRecipe,
  rounds: 1,
  checkpointEvery: 1,
  watchedPrompts: 2,
  sftEpochs: 4,
  sftLearningRate: 2e-2,
};
const never = new Promise<never>(() => {});

describeWith(['lavapipe'], 'answers to watched prompts', () => {
  let backend: Backend;
  let watched: NotedHooks;

  const run = async (changes: Partial<typeof recipe> = {}, hooks = notedHooks()): Promise<NotedHooks> => {
    const sources = await tinySources();
    await runPipeline({
      ...sources,
      lost: never,
      recipe: { ...recipe, ...changes },
      backend,
      store: memoryStore(),
      hooks,
    });
    return hooks;
  };
  const samplesOf = (hooks: NotedHooks, stage: string) => hooks.stages.get(stage)?.samples ?? [];

  beforeAll(async () => {
    backend = await startBackend(await openDevice(openDawn('lavapipe')));
    watched = await run();
  });

  it('come before SFT and after each quarter of the steps, for SFT and DPO alone', () => {
    const { total } = watched.stages.get('sft') ?? { total: 0 };
    expect(total).toBeGreaterThan(2);
    expect(samplesOf(watched, 'sft').map(({ step }) => step)).toEqual([0, ...sampleSteps(total)]);
    const rounds = watched.stages.get('round1.train');
    expect(rounds?.samples.map(({ step }) => step)).toEqual(sampleSteps(rounds?.total ?? 0));
    for (const { answers } of samplesOf(watched, 'sft')) expect(answers.length).toBe(2);
    for (const stage of ['reward', 'round1.generate', 'round1.evaluate']) expect(samplesOf(watched, stage)).toEqual([]);
    expect(watched.artifacts.get('sft')?.artifact.samples).toEqual(samplesOf(watched, 'sft'));
  });

  it('change no number of what is trained', async () => {
    const blind = await run({ watchedPrompts: 0 });
    expect(samplesOf(blind, 'sft')).toEqual([]);
    for (const [stage, { artifact }] of watched.artifacts) {
      const other = blind.artifacts.get(stage)?.artifact;
      expect([stage, other?.key, other?.contentHash]).toEqual([stage, artifact.key, artifact.contentHash]);
    }
  });

  it('are what the model of that step says: the last ones equal those of the finished adapter', async () => {
    const { model } = await tinySources();
    const parts = { backend, tuning: { get: () => Promise.resolve(null), put: () => Promise.resolve() }, tiles: null };
    const playground = await openPlayground(model.files, recipe, {
      ...parts,
      onActivity: () => {},
      onEngine: () => {},
    });
    const last = samplesOf(watched, 'round1.train').at(-1);
    for (const { prompt, text } of last?.answers ?? []) {
      const question = /Human: (.*)\n\nAssistant:$/s.exec(prompt)?.[1] ?? '';
      const answer = await playground.answer({
        parameters: watched.artifacts.get('round1.train')?.artifact.files ?? null,
        reward: null,
        messages: [{ role: 'user', content: question }],
        sampling: {
          temperature: 0,
          topK: 0,
          topP: 1,
          repetitionPenalty: 1,
          maxNewTokens: recipe.maxNewTokens,
          seed: 9,
        },
        signal: new AbortController().signal,
        onPart: () => {},
      });
      expect(answer.text).toBe(text);
    }
    playground.dispose();
    expect(last?.answers).not.toEqual(samplesOf(watched, 'sft')[0]?.answers);
  });

  it('come once when a stage is cut and goes on from its checkpoint', async () => {
    const checkpoints = memoryCheckpoints();
    const cut = notedHooks(checkpoints);
    cut.after = ({ id, samples }) => {
      if (id === 'sft' && samples.at(-1)?.step === 6) cut.gate.cancel();
    };
    await expect(run({}, cut)).rejects.toThrow(CancelledError);
    const resumed = await run({}, notedHooks(checkpoints));
    expect(samplesOf(resumed, 'sft')).toEqual(samplesOf(watched, 'sft'));
  });
});
