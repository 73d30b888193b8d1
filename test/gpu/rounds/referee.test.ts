/** A run with a referee: trained on pairs that no other stage sees, and asked about every model's responses. */
import { beforeAll, expect, it } from 'vitest';
import { memoryDataset } from '../../../src/data/dataset-source';
import { evaluationResultsSchema } from '../../../src/evaluation/results-schema';
import { openDevice } from '../../../src/gpu/device';
import { startBackend, type Backend } from '../../../src/ops/backend';
import type { PreferencePair } from '../../../src/protocol/preference';
import { stageOutputs } from '../../../src/rounds/outputs';
import { runPipeline, type PipelineInput } from '../../../src/rounds/pipeline';
import { prepareData } from '../../../src/rounds/run-data';
import { stagesOf } from '../../../src/rounds/stages';
import { openDawn } from '../../support/dawn';
import { memoryStore, notedHooks, type NotedHooks } from '../../support/memory-pipeline';
import { describeWith } from '../../support/needs';
import { tinyPreferences } from '../../support/tiny-preferences';
import { tinyRecipe, tinySources } from '../../support/tiny-run';
import { openTokenizer } from '../../unit/data/golden-tokenizers';

const recipe = { ...tinyRecipe, rounds: 1, refereeHalf: true };
const never = new Promise<never>(() => {});

let backend: Backend;
let sources: Omit<PipelineInput, 'recipe' | 'backend' | 'store' | 'hooks'>;
let pairs: PreferencePair[];

async function run(dataset: PreferencePair[], hooks: NotedHooks, end?: string): Promise<NotedHooks> {
  hooks.after = (stage) => {
    if (stage.id === end) hooks.gate.cancel();
  };
  const input = { ...sources, dataset: memoryDataset('pairs', dataset), recipe, backend, store: memoryStore(), hooks };
  if (end === undefined) await runPipeline(input);
  else await expect(runPipeline(input)).rejects.toMatchObject({ name: 'CancelledError' });
  return hooks;
}

const hashOf = (hooks: NotedHooks, id: string) => hooks.artifacts.get(id)?.artifact.contentHash;

describeWith(['lavapipe'], 'a tiny run with a referee', () => {
  let first: NotedHooks;

  beforeAll(async () => {
    backend = await startBackend(await openDevice(openDawn('lavapipe')));
    sources = { ...(await tinySources()), lost: never };
    pairs = await tinyPreferences(120);
    first = await run(pairs, notedHooks());
  });

  it('trains it after the reward model, as one, and gives it out beside it', () => {
    const specs = stagesOf(recipe);
    expect(specs.slice(0, 4).map(({ id }) => id)).toEqual(['sft', 'reward', 'referee', 'round1.generate']);
    expect([...first.stages.values()].every(({ status }) => status === 'done')).toBe(true);
    const outputs = specs.flatMap((stage) => {
      const artifact = first.artifacts.get(stage.id)?.artifact;
      return artifact ? Object.keys(stageOutputs(stage, artifact, recipe)) : [];
    });
    const of = (folder: string) =>
      outputs.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.split('/')[1]);
    expect(of('referee_model')).toEqual(of('reward_model'));
    expect(of('referee_model')).toContain('reward_head.safetensors');
    expect(first.curves.get('referee')?.every(({ values }) => Number.isFinite(values['accuracy']))).toBe(true);
    expect(hashOf(first, 'referee')).not.toBe(hashOf(first, 'reward'));
  });

  it('trains it on its own pairs, which reach no other stage', async () => {
    const tokenizer = openTokenizer('test/fixtures/golden/llama-tiny');
    const data = await prepareData(memoryDataset('pairs', pairs), recipe, tokenizer, 2);
    const own = new Set(data.refereePairs.map(({ id }) => id));
    expect(own.size).toBeGreaterThan(8);
    expect(first.artifacts.get('referee')?.artifact.summary['pairs']).toBe(own.size);
    const flipped = pairs.map((pair) =>
      own.has(pair.id) ? { ...pair, chosen: pair.rejected, rejected: pair.chosen } : pair,
    );
    const other = await run(flipped, notedHooks(), 'round1.score');
    for (const id of ['sft', 'reward', 'round1.generate']) expect(hashOf(other, id), id).toBe(hashOf(first, id));
    expect(hashOf(other, 'referee')).not.toBe(hashOf(first, 'referee'));
  });

  it('asks it about every response of every model', () => {
    const file = first.artifacts.get('round1.evaluate')?.artifact.files['evaluation_results.json'];
    const results = evaluationResultsSchema.parse(JSON.parse(new TextDecoder().decode(file)));
    for (const { responses } of results.prompts) {
      expect(responses.map(({ model }) => model)).toEqual(['base', 'sft', 'dpo_round1']);
      for (const { referee, reward } of responses) {
        expect(referee).toBeTypeOf('number');
        expect(referee).not.toBe(reward);
      }
    }
    expect(results.models.map(({ referee }) => referee?.win_rates.map(({ against }) => against))).toEqual([
      ['sft'],
      ['base'],
      ['sft'],
    ]);
    const summary = first.artifacts.get('referee')?.artifact.summary;
    expect(results.referee).toMatchObject({
      held_out_accuracy: summary?.['held_out_accuracy'],
      training_pairs: summary?.['pairs'],
    });
    expect(results.plots.referee_trajectory?.points.map(({ referee }) => referee)).toEqual(
      results.models.map(({ referee }) => referee?.mean),
    );
  });

  it('can be cancelled in its training and frees the GPU', async () => {
    const hooks = await run(pairs, notedHooks(), 'referee');
    expect(hooks.artifacts.has('reward')).toBe(true);
    expect(hooks.artifacts.has('referee')).toBe(false);
    backend.releaseUnused();
    expect(backend.memory()).toMatchObject({ tensors: 0, bytesInUse: 0 });
  });
});
