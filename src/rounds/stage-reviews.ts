/**
 * Which decisions about pairs a training stage is made with: those that stand when it starts. They are part of its artifact's
 * key, and of nothing where they change nothing. A stage that has finished keeps its own while its artifact is there.
 */
import type { DatasetSource } from '../data/dataset-source';
import { standingReviews } from '../data/review/review-state';
import type { ArtifactStore } from '../storage/artifact-store';
import { artifactKey } from './artifact-key';
import type { RunContext } from './run-context';
import type { LoadArtifact } from './stage-runner';
import type { StageSpec } from './stages';
import { trainingPairs, type RunReviews, type TrainingPairs } from './training-pairs';

interface ReviewSources {
  dataset: DatasetSource;
  store: ArtifactStore;
  importedAdapter: unknown;
  reviews?: RunReviews;
}

export interface StageReviewer {
  /** `inputs` with the hash of the decisions, for a stage that they change. */
  withReviews(stage: StageSpec, inputs: Record<string, string>, load: LoadArtifact): Promise<Record<string, string>>;
  /** What the stage trains on: the very pairs whose hash went into its inputs. */
  pairs(stage: StageSpec, load: LoadArtifact): Promise<TrainingPairs>;
}

export function createReviewer(context: RunContext, sources: ReviewSources): StageReviewer {
  const { dataset, store, reviews, importedAdapter } = sources;
  const trains = ({ kind }: StageSpec) =>
    dataset.kind === 'preference' &&
    (kind === 'train' || kind === 'reward' || (kind === 'sft' && importedAdapter === null));
  /** Of the stage that begins; one at a time is kept. */
  let ready: { stage: string; pairs: TrainingPairs } | null = null;

  async function prepare(stage: StageSpec, load: LoadArtifact): Promise<TrainingPairs> {
    const standing = (await reviews?.standing()) ?? standingReviews([]);
    return trainingPairs(context, dataset, stage, load, standing);
  }

  return {
    withReviews: async (stage, inputs, load) => {
      if (!reviews || !trains(stage)) return inputs;
      const pairs = await prepare(stage, load);
      const before = reviews.recorded(stage.id);
      if (before && (before['reviews'] ?? null) !== pairs.hash) {
        const kept = withHash(inputs, before['reviews'] ?? null);
        if (await store.get(await artifactKey(stage, context.recipe, kept))) return kept;
      }
      ready = { stage: stage.id, pairs };
      return withHash(inputs, pairs.hash);
    },
    pairs: async (stage, load) => {
      const pairs = ready?.stage === stage.id ? ready.pairs : await prepare(stage, load);
      ready = null;
      return pairs;
    },
  };
}

const withHash = (inputs: Record<string, string>, reviews: string | null) =>
  reviews === null ? inputs : { ...inputs, reviews };
