/**
 * A whole run on the real engine: opens it, runs its stages, and sees to it that each leaves the GPU as it found it.
 * Knows neither worker nor storage: artifacts go to the store it is given, progress to the hooks.
 */
import type { Backend } from '../ops/backend';
import { type DeviceError, InputError } from '../protocol/errors';
import type { RunHold } from '../protocol/holds';
import type { Recipe } from '../protocol/recipe';
import type { StageKind } from '../protocol/run-state';
import type { ArtifactStore } from '../storage/artifact-store';
import { sequenceLogps } from '../training/sequence-logps';
import { artifactKey } from './artifact-key';
import { failureCause } from './failure-cause';
import { assertReleased, memoryLevel } from './memory-level';
import { openRun, type RunSources } from './open-run';
import type { EngineParts } from './run-engine';
import type { RenderPlots, RunContext, StageWork } from './run-context';
import type { RunGate } from './run-gate';
import { StageError } from './stage-error';
import { runEvaluate } from './stage-evaluate';
import { runGenerate } from './stage-generate';
import { runReferee, runReward } from './stage-reward';
import { runStages, type PipelineHooks, type StagePlan } from './stage-runner';
import { runScore } from './stage-score';
import { runSft } from './stage-sft';
import { runTrain } from './stage-train';
import { openProbe } from './stage-probe';
import { createReviewer } from './stage-reviews';
import { inputStages, stagesOf, type StageSpec } from './stages';
import type { RunReviews } from './training-pairs';

const work: Record<StageKind, StageWork> = {
  sft: runSft,
  reward: runReward,
  referee: runReferee,
  generate: runGenerate,
  score: runScore,
  train: runTrain,
  evaluate: runEvaluate,
};

export interface PipelineInput extends RunSources, Pick<EngineParts, 'backend' | 'tuning' | 'tiles'> {
  /** Resolves when the backend's device is gone. */
  lost: Promise<DeviceError>;
  store: ArtifactStore;
  hooks: PipelineHooks & Pick<EngineParts, 'onActivity' | 'onEngine'>;
  /** What the person decided about pairs; without it every pair is as it is. */
  reviews?: RunReviews;
  /** src/evaluation/plots.ts where there is a canvas. */
  renderPlots: RenderPlots;
}

/**
 * Runs all stages of the recipe that have no artifact yet.
 * @returns why it stopped before one of them; null when all are made
 * @throws InputError before the first stage; CancelledError; StageError with stage and step for what fails in a stage
 */
export async function runPipeline(input: PipelineInput): Promise<RunHold | null> {
  const { backend, tuning, tiles, store, hooks, recipe } = input;
  const { onActivity, onEngine } = hooks;
  const context = await openRun(input, { backend, tuning, tiles, onActivity, onEngine }, input.renderPlots);
  let hold: RunHold | null;
  try {
    await firstPass(context, hooks.gate);
    await backend.check();
    onActivity(null);
    hold = await runStages(planOf(context, input, recipe), store, hooks);
  } catch (error) {
    const { lost } = input;
    const cause =
      error instanceof StageError ? error : await failureCause(error, { backend, lost, model: context.model });
    closeQuietly(context, backend);
    throw cause;
  }
  close(context, backend);
  return hold;
}

/**
 * One forward pass of the base model over two tokens. It shows that weights and GPU give numbers at all, and brings every
 * weight onto the GPU (tfjs uploads at first use), so that memory after it is that of the loaded model.
 */
async function firstPass({ model, endTokenId }: RunContext, gate: RunGate): Promise<void> {
  const sequences = [{ promptIds: [endTokenId], responseIds: [endTokenId] }];
  const [logp] = await sequenceLogps({ model, parameters: null, sequences, batchSize: 1, gate: () => gate.wait() });
  if (Number.isFinite(logp)) return;
  throw new InputError(
    `The base model gives a log-probability of ${logp}, not a finite one, on its first pass: its weights are damaged or overflow. Get the model's files again.`,
  );
}

function close({ model }: RunContext, backend: Backend): void {
  model.dispose();
  backend.releaseUnused();
}

/** After an error: what went wrong first is what counts, not that a lost device cannot be tidied up. */
function closeQuietly(context: RunContext, backend: Backend): void {
  try {
    close(context, backend);
  } catch {
    // The first error says why.
  }
}

function planOf(context: RunContext, sources: PipelineInput, recipe: Recipe): StagePlan {
  const { backend, lost, model, dataset, importedAdapter } = sources;
  context.model.releaseWorkspace();
  const loaded = memoryLevel(backend);
  const reviewer = createReviewer(context, sources);
  return {
    stages: stagesOf(recipe, dataset.kind),
    inputStages: (stage, omitted) => inputStages(stage, recipe, omitted),
    sources: (stage, stages, load) => {
      const outside = {
        model: model.id,
        dataset: dataset.id,
        ...(stage.kind === 'sft' && importedAdapter && { importedAdapter: importedAdapter.id }),
      };
      return reviewer.withReviews(stage, { ...outside, ...stages }, load);
    },
    checkpointEvery: recipe.checkpointEvery,
    check: () => backend.check(),
    probe: () => openProbe(backend, context.model.engine),
    causeOf: (failure) => failureCause(failure, { backend, lost, model: context.model }),
    keyOf: (stage, inputs) => artifactKey(stage, recipe, inputs),
    run: async (stage: StageSpec, inputs, load, controls) => {
      const result = await work[stage.kind]({
        context,
        stage,
        inputs,
        load,
        controls,
        pairs: () => reviewer.pairs(stage, load),
      });
      // Errors of the GPU that nothing caught mean wrong numbers: better no artifact than a wrong one.
      await backend.check();
      context.model.releaseWorkspace();
      assertReleased(backend, loaded, stage.id);
      return result;
    },
  };
}
