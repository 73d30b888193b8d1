/** What a source of the playground stands for: a base model, the settings to open it with, and the parameters of its models. */
import { InputError } from '../src/protocol/errors';
import { adapterOfModel, roundOfModel, runOfModel } from '../src/protocol/model-name';
import { sourceKey, type PlaygroundSource } from '../src/protocol/playground-source';
import type { Recipe } from '../src/protocol/recipe';
import { bareRecipe } from '../src/rounds/bare-recipe';
import { modelStage } from '../src/rounds/stages';
import type { ArtifactStore } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import { getImportedAdapter, getModel } from '../src/storage/library';
import type { Bytes, ImportedAdapterRecord, ModelRecord, RunRecord } from '../src/storage/records';

type Files = Record<string, Bytes>;

interface ModelParts {
  database: StudioDatabase;
  store: ArtifactStore;
  /** @throws InputError when there is no such run */
  runOf(runId: string): RunRecord;
}

/** What a session is opened with. */
interface SessionInputs {
  files: ModelRecord['files'];
  recipe: Recipe;
  /** Those that the run began with; null without a run. */
  tiles: RunRecord['tiles'];
}

export interface AskedSource {
  /** Sources with the same key share a session. */
  key: string;
  /** Reads the model's files. @throws InputError when the model is no longer stored */
  inputs(): Promise<SessionInputs>;
  /** The files of a model; null for the bare base model. @throws InputError when there is no such model */
  parametersOf(model: string): Promise<Files | null>;
  /** The files of the reward model; null where there is none. */
  reward(): Promise<Files | null>;
}

/** @throws InputError when there is no such run */
export type AskedSourceOf = (source: PlaygroundSource) => AskedSource;

export function askedSources({ database, store, runOf }: ModelParts): AskedSourceOf {
  const filesOf = async (record: RunRecord, stage: string): Promise<Files | null> => {
    const artifact = await store.get(record.stages[stage]?.key ?? '');
    return artifact?.files ?? null;
  };

  const parametersInRun = async (record: RunRecord, model: string): Promise<Files | null> => {
    const other = runOfModel(model);
    const maker = other ? sameBase(record, runOf(other.runId)) : record;
    const ownName = other?.model ?? model;
    const stage = stageOf(ownName);
    const files = stage === null ? null : await filesOf(maker, stage);
    if (stage !== null && !files)
      throw new InputError(`The run ${maker.state.name} has no ${ownName} yet. Choose a model that it has finished.`);
    return files;
  };

  /** An adapter is the same wherever it is asked. */
  const withAdapters =
    (others: (model: string) => Promise<Files | null>): AskedSource['parametersOf'] =>
    async (model) => {
      const adapterId = adapterOfModel(model);
      return adapterId === null ? others(model) : adapterFiles(await getImportedAdapter(database, adapterId));
    };

  const ofRun = (record: RunRecord): Omit<AskedSource, 'key'> => ({
    inputs: async () => {
      const { files } = await getModel(database, record.state.modelId);
      return { files, recipe: record.state.recipe, tiles: record.tiles };
    },
    parametersOf: withAdapters((model) => parametersInRun(record, model)),
    reward: () => filesOf(record, 'reward'),
  });

  const ofLibrary = (modelId: string): Omit<AskedSource, 'key'> => ({
    inputs: async () => {
      const { files, summary } = await getModel(database, modelId);
      return { files, recipe: bareRecipe(summary), tiles: null };
    },
    parametersOf: withAdapters((model) =>
      model === 'base' ? Promise.resolve(null) : Promise.reject(noSuchModel(model)),
    ),
    reward: () => Promise.resolve(null),
  });

  return (source) => {
    const asked = source.kind === 'run' ? ofRun(runOf(source.runId)) : ofLibrary(source.modelId);
    return { key: sourceKey(source), ...asked };
  };
}

const noSuchModel = (model: string) => new InputError(`There is no model “${model}”.`);

/** An imported adapter in the layout that artifacts have. */
async function adapterFiles({ files }: ImportedAdapterRecord): Promise<Files> {
  const read = async ({ path, blob }: (typeof files)[number]) =>
    [path, new Uint8Array(await blob.arrayBuffer())] as const;
  return Object.fromEntries(await Promise.all(files.map(read)));
}

/** @throws InputError when the other run's models were trained on another base, or read prompts in another form */
function sameBase({ state }: RunRecord, other: RunRecord): RunRecord {
  const isSame = other.state.modelId === state.modelId && other.state.recipe.promptFormat === state.recipe.promptFormat;
  if (isSame) return other;
  throw new InputError(
    `The runs ${state.name} and ${other.state.name} have different base models or prompt formats. Choose a model of a run with the same.`,
  );
}

/** The stage that made a model, as the evaluation names models; null for the base. @throws InputError for another name */
function stageOf(model: string): string | null {
  if (model === 'base') return null;
  const round = roundOfModel(model);
  if (round === null) throw noSuchModel(model);
  return modelStage(round);
}
