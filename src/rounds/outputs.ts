/**
 * The outputs of a run as method.md section 7 names them, made from the artifacts of its stages. The same seed gives the
 * same bytes; what depends on the clock is in run.json alone, under "times".
 */
import type { StandingVerdict } from '../data/review/review-state';
import type { ReviewAction } from '../protocol/pair-review';
import type { Recipe } from '../protocol/recipe';
import type { Artifact, Bytes, RunRecord } from '../storage/records';
import { dependencies, version } from '../../package.json';
import { engineVersion } from './artifact-key';
import { jsonFile } from './canonical-json';
import { stageSeed } from './settings';
import { stagesOf, type StageSpec } from './stages';
import { syntheticPreferences } from './synthetic-pairs';

const preferencesName = (round: number) =>
  round === 1 ? 'synthetic_preferences.json' : `synthetic_preferences_round${round}.json`;

/** The output files of one stage, by path. Later evaluations replace earlier ones. `verdicts` are shown with synthetic pairs. */
export function stageOutputs(
  stage: StageSpec,
  { files }: Pick<Artifact, 'files'>,
  recipe: Recipe,
  verdicts?: ReadonlyMap<string, StandingVerdict>,
): Record<string, Bytes> {
  switch (stage.kind) {
    case 'sft':
      return inFolder('sft_model', files);
    case 'reward':
      return inFolder('reward_model', files);
    case 'referee':
      return inFolder('referee_model', files);
    case 'generate':
      return {};
    case 'score':
      return { [preferencesName(stage.round)]: jsonFile(syntheticPreferences(files, recipe, stage.round, verdicts)) };
    case 'train':
      return inFolder(`dpo_round${stage.round}`, files);
    case 'evaluate':
      return published(files);
  }
}

/** What an evaluation shows; its cache of responses stays inside. */
function published(files: Record<string, Bytes>): Record<string, Bytes> {
  const shown = Object.entries(files).filter(
    ([path]) => path === 'evaluation_results.json' || path.startsWith('plots/'),
  );
  return Object.fromEntries(shown);
}

function inFolder(folder: string, files: Record<string, Bytes>): Record<string, Bytes> {
  return Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${folder}/${path}`, bytes]));
}

/**
 * run.json: what is needed to repeat the run, and what came out. Content hashes are SHA-256 (src/data/content-hash.ts);
 * `seeds` are those that each stage derived from the recipe's.
 */
export function runJson({ state, stages, device, tiles }: RunRecord): Bytes {
  const specs = stagesOf(state.recipe).filter(({ id }) => stages[id]);
  const times = specs.map(({ id }) => [id, timesOf(stages[id])] as const);
  return jsonFile({
    name: state.name,
    recipe: state.recipe,
    seeds: {
      ...Object.fromEntries(specs.map(({ id }) => [id, stageSeed(state.recipe, id)])),
      evaluate: stageSeed(state.recipe, 'evaluate'),
    },
    model: state.modelId,
    dataset: state.datasetId,
    importedAdapter: state.importedAdapterId,
    stages: specs.map(({ id }) => ({ id, inputs: stages[id]?.inputs, contentHash: stages[id]?.contentHash })),
    versions: {
      whetstone: version,
      engine: engineVersion,
      tfjs: dependencies['@tensorflow/tfjs'],
      'tfjs-backend-webgpu': dependencies['@tensorflow/tfjs-backend-webgpu'],
    },
    engine: state.engine && { ...state.engine, choice: tiles },
    device,
    times: { created: iso(state.createdAt), stages: Object.fromEntries(times) },
  });
}

/** pair_reviews.json: every decision about pairs in its order, those that were taken back included. */
export function reviewsJson(actions: readonly ReviewAction[]): Bytes {
  return jsonFile(actions.map(({ runId: _, at, ...action }) => ({ ...action, at: iso(at) })));
}

function timesOf(record: RunRecord['stages'][string] | undefined) {
  if (!record) return null;
  return { started: iso(record.startedAt), finished: iso(record.finishedAt), seconds: record.seconds };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
