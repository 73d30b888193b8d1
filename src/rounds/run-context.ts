/** What every stage of a run works with. Types only; made in open-run.ts. */
import type { TextTokenizer } from '../data/tokenizer';
import type { EvaluationResults } from '../evaluation/results-schema';
import type { LoraAdapter } from '../model/adapter-types';
import type { LanguageModel } from '../model/language-model';
import type { Recipe } from '../protocol/recipe';
import type { BaseModel } from './parameter-files';
import type { RunData } from './run-data';
import type { StageControls } from './stage-controls';
import type { LoadArtifact, StageResult } from './stage-runner';
import type { StageSpec } from './stages';
import type { TrainingPairs } from './training-pairs';

/** Draws the plots as PNG files, by name without ending. Needs a canvas, so the caller brings it. */
export type RenderPlots = (results: EvaluationResults) => Promise<ReadonlyMap<string, Blob>>;

export interface RunContext {
  recipe: Recipe;
  model: LanguageModel;
  base: BaseModel;
  tokenizer: TextTokenizer;
  /** Appended to responses in training. */
  endTokenId: number;
  /** Any of these ends a generated response. */
  stopTokenIds: number[];
  data: RunData;
  /** Takes the place of SFT. */
  importedAdapter: { name: string; adapter: LoraAdapter } | null;
  renderPlots: RenderPlots;
}

export interface StageJob {
  context: RunContext;
  stage: StageSpec;
  /** The stages that it depends on, by role. */
  inputs: Readonly<Record<string, string>>;
  load: LoadArtifact;
  controls: StageControls;
  /** What a training stage trains on, as reviews have it. */
  pairs(): Promise<TrainingPairs>;
}

/** Computes one stage. Leaves nothing on the GPU. */
export type StageWork = (job: StageJob) => Promise<StageResult>;
