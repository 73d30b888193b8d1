/**
 * A run that is killed at 20 random places of each stage, and gone on with from what was stored, ends with the bits of
 * the uninterrupted one. A kill abandons everything as it is: nothing is caught, freed or written any more.
 */
import { beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../../src/data/seeded-random';
import { openDevice } from '../../../src/gpu/device';
import { startBackend, type Backend } from '../../../src/ops/backend';
import type { Recipe } from '../../../src/protocol/recipe';
import { runPipeline, type PipelineInput } from '../../../src/rounds/pipeline';
import { stagesOf } from '../../../src/rounds/stages';
import type { Artifact } from '../../../src/storage/records';
import { openDawn } from '../../support/dawn';
import {
  memoryCheckpoints,
  memoryStore,
  notedHooks,
  type MemoryCheckpoints,
  type MemoryStore,
  type NotedHooks,
} from '../../support/memory-pipeline';
import { describeWith } from '../../support/needs';
import { tinyRecipe, tinySources } from '../../support/tiny-run';

/** Long stages of tiny steps; dropout everywhere, so that the place in the random numbers counts. */
const recipe: Recipe = {
  ...tinyRecipe,
  rounds: 1,
  checkpointEvery: 2,
  trainPairs: 8,
  batchSize: 1,
  microBatchSize: 1,
  sftEpochs: 2,
  rewardEpochs: 2,
  dpoEpochs: [2],
  dpoMix: 'synthetic',
  dropoutInPreferenceTraining: true,
  promptsPerRound: [10],
  generationBatchSize: 2,
  maxNewTokens: 3,
  heldOutPairs: 2,
  heldOutPrompts: 5,
};

const killsPerStage = 20;
const never = new Promise<never>(() => {});

interface Kill {
  /** Units of the stage after which it may come. */
  after: number;
  /** Passes of the gate from there. */
  passes: number;
  /** In the middle of writing a checkpoint, instead of between two batches. */
  writing: boolean;
}

function chooseKills(stage: string, total: number): Kill[] {
  const random = seededRandom('kills', stage);
  const below = (limit: number) => Math.floor(random() * limit);
  const kills = Array.from({ length: killsPerStage }, () => ({
    after: below(total),
    passes: below(3),
    writing: random() < 0.25,
  }));
  return kills.toSorted((a, b) => a.after - b.after);
}

/** An artifact without what the clock says. */
function timeless({ history, ...rest }: Artifact) {
  const values = history.map(({ step, values: { tokens_per_second: _, ...figures } }) => ({ step, values: figures }));
  return { ...rest, history: values };
}

describeWith(['lavapipe'], 'a run that is killed again and again', () => {
  let backend: Backend;
  let sources: Omit<PipelineInput, 'recipe' | 'backend' | 'store' | 'hooks'>;
  let whole: NotedHooks;

  const run = (store: MemoryStore, hooks: NotedHooks) => runPipeline({ ...sources, recipe, backend, store, hooks });

  beforeAll(async () => {
    backend = await startBackend(await openDevice(openDawn('lavapipe')));
    sources = { ...(await tinySources()), lost: never };
    whole = notedHooks();
    await run(memoryStore(), whole);
  });

  /** Runs until `stage` is finished, or the kill comes. @returns the units that were done then, null when it finished */
  function runUntil(stage: string, kill: Kill | null, store: MemoryStore, checkpoints: MemoryCheckpoints) {
    return new Promise<number | null>((resolve, reject) => {
      let passes = kill?.passes ?? Infinity;
      const hooks = notedHooks({ ...checkpoints });
      const done = () => hooks.stages.get(stage)?.done ?? 0;
      const isNear = () => kill !== null && hooks.stages.get(stage)?.status === 'running' && done() >= kill.after;
      const die = () => {
        resolve(done());
        return never;
      };
      const gate = hooks.gate.wait.bind(hooks.gate);
      hooks.gate.wait = () => (isNear() && !kill?.writing && passes-- <= 0 ? die() : gate());
      hooks.checkpoints.write = async (id, slot, checkpoint) => {
        if (!isNear() || !kill?.writing) return checkpoints.write(id, slot, checkpoint);
        await checkpoints.write(id, slot, { ...checkpoint, floats: {}, parts: {} });
        return die();
      };
      // A kill that found no such place comes before the stage's result is written.
      const put: MemoryStore['put'] = (artifact) => (isNear() ? die() : store.put(artifact));
      hooks.onArtifact = async ({ id }) => {
        if (id !== stage) return;
        resolve(null);
        await never;
      };
      run({ ...store, put }, hooks).catch(reject);
    });
  }

  it.each(stagesOf(recipe).map(({ id }) => id))('%s ends as if nothing had happened', async (stage) => {
    const [store, checkpoints] = [memoryStore(), memoryCheckpoints()];
    for (const [id, { artifact }] of whole.artifacts) {
      if (id === stage) break;
      await store.put(artifact);
    }
    const wanted = whole.artifacts.get(stage)!.artifact;
    const killed: (number | null)[] = [];
    for (const kill of chooseKills(stage, whole.stages.get(stage)!.total)) {
      killed.push(await runUntil(stage, kill, store, checkpoints));
    }
    expect(killed.filter((done) => done !== null).length).toBe(killsPerStage);
    expect(new Set(killed).size).toBeGreaterThan(4);
    expect(store.artifacts.has(wanted.key)).toBe(false);
    expect(await runUntil(stage, null, store, checkpoints)).toBeNull();
    expect(timeless(store.artifacts.get(wanted.key)!)).toEqual(timeless(wanted));
  });
});
