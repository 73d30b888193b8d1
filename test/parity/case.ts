/** One reference case (golden/README.md): its files, its expectations, and a model loaded the way the studio loads one. */
import { readModelFolder, type ModelFolder } from '../../src/exchange/model-folder';
import { importPeft } from '../../src/exchange/peft';
import { readSafetensors } from '../../src/exchange/safetensors';
import type { LoraAdapter, NamedTensor, RewardHead } from '../../src/model/adapter-types';
import type { ModelConfig } from '../../src/model/config';
import type { LanguageModel } from '../../src/model/language-model';
import type { EngineUnderTest } from './engines';
import type { Expected } from './expected';
import { exactWeights, roundedWeights, type Tolerance } from './tolerances';

/** Puts a model on the engine that is tested. */
export type CreateModel = (weights: Map<string, NamedTensor>) => LanguageModel;

/** The same for any configuration. */
export type CreateAnyModel = (config: ModelConfig, weights: Map<string, NamedTensor>) => LanguageModel;

/** Reads a file of the case by its path inside the folder; rejects when it is not there. */
export type ReadFile = (path: string) => Promise<Blob>;

export interface CaseSource {
  name: string;
  /** Paths of all files, relative to the case's folder. */
  paths: string[];
  read: ReadFile;
}

/** A comparison: passes when error <= tolerance (so NaN fails). */
export interface CheckResult {
  check: string;
  error: number;
  tolerance: number;
  /** How `error` is measured. */
  kind: 'absolute' | 'relative' | 'mismatches';
}

export interface ParityCase {
  name: string;
  expected: Expected;
  folder: ModelFolder;
  model: LanguageModel;
  tolerance: Tolerance;
  /** For models with an adapter merged into the weights: those are fp32 whatever the case's weights are. */
  mergedTolerance: Tolerance;
  /** Another model of the same configuration on the same engine. */
  createModel: CreateModel;
  weights: Map<string, NamedTensor>;
  /** Tensors of expected.safetensors. */
  tensors: Map<string, NamedTensor>;
  adapter(folder: string): Promise<LoraAdapter>;
  head(file: string): Promise<RewardHead>;
}

/** A check: yields its comparisons one by one. Absent expectations yield nothing. */
export type Check = (parity: ParityCase) => AsyncGenerator<CheckResult>;

export const ready = async () => {};

export async function readJson<T>(read: ReadFile, path: string): Promise<T> {
  return JSON.parse(await (await read(path)).text()) as T;
}

/** Loads model and expectations; `expected` may come from another case (the sharded one has none of its own). */
export async function openCase(
  source: CaseSource,
  expectedFrom: ReadFile,
  engine: EngineUnderTest,
): Promise<ParityCase> {
  const { name, read, paths } = source;
  const files = await Promise.all(
    paths.filter((path) => !path.includes('/')).map(async (path) => ({ path, file: await read(path) })),
  );
  const folder = await readModelFolder(files);
  const weights = await folder.loadWeights();
  const expected = await readJson<Expected>(expectedFrom, 'expected.json');
  const createModel: CreateModel = (from) => engine.createModel(folder.config, from);
  return {
    name,
    folder,
    weights,
    expected,
    tolerance: toleranceOf(engine.roundsWeights && expected.weights_dtype === 'float32', expected),
    mergedTolerance: toleranceOf(engine.roundsWeights, expected),
    model: createModel(weights),
    createModel,
    tensors: await readSafetensors(await expectedFrom('expected.safetensors'), 'expected.safetensors'),
    adapter: async (from) =>
      importPeft(
        {
          configJson: await readJson(read, `${from}/adapter_config.json`),
          safetensors: await read(`${from}/adapter_model.safetensors`),
        },
        folder.config,
      ),
    head: async (file) => readSafetensors(await read(file), file),
  };
}

function toleranceOf(rounded: boolean, { logprobs = [] }: Expected): Tolerance {
  if (!rounded) return exactWeights;
  return roundedWeights(Math.max(1, ...logprobs.map(({ sum_logp }) => Math.abs(sum_logp))));
}

/** Largest |actual - wanted|; NaN counts as infinitely far. */
export function maxAbsolute(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (actual.length !== wanted.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(actual[i]! - wanted[i]!);
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}

/** Largest |actual - wanted| as a share of the largest |wanted|. */
export function maxRelativeToLargest(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) largest = Math.max(largest, Math.abs(wanted[i]!));
  return maxAbsolute(actual, wanted) / (largest || 1);
}

/** Euclidean norm of the difference as a share of that of `wanted`. */
export function normRelative(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (actual.length !== wanted.length) return Infinity;
  let [error, norm] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    error += (actual[i]! - wanted[i]!) ** 2;
    norm += wanted[i]! ** 2;
  }
  return Number.isNaN(error) ? Infinity : Math.sqrt(error / (norm || 1));
}

/** Number of places in which two lists differ. */
export function mismatches(actual: ArrayLike<unknown>, wanted: ArrayLike<unknown>): number {
  let count = Math.abs(actual.length - wanted.length);
  for (let i = 0; i < Math.min(actual.length, wanted.length); i++) if (actual[i] !== wanted[i]) count++;
  return count;
}

export const absolute = (check: string, error: number, tolerance: number): CheckResult => ({
  check,
  error,
  tolerance,
  kind: 'absolute',
});
export const relative = (check: string, error: number, tolerance: number): CheckResult => ({
  check,
  error,
  tolerance,
  kind: 'relative',
});
export const exact = (check: string, count: number): CheckResult => ({
  check,
  error: count,
  tolerance: 0,
  kind: 'mismatches',
});
