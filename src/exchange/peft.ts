/**
 * LoRA adapters as PEFT's folders: adapter_config.json and adapter_model.safetensors. Storage uses the same two files.
 * The settings' checks are in peft-config.ts; adapters that train anything but lora_A and lora_B are refused.
 */
import type { LoraAdapter, LoraConfig, NamedTensor } from '../model/adapter-types';
import type { ModelConfig } from '../model/config';
import { loraTargets, matchedTargets, matchesTarget } from '../model/weight-specs';
import { InputError } from '../protocol/errors';
import type { NamedFile } from '../protocol/library';
import { filesBeside, readJson } from './folder-files';
import { formatPeftConfig, parsePeftConfig } from './peft-config';
import { readSafetensors, writeSafetensors } from './safetensors';
import { readSafetensorsHeader } from './safetensors-header';

const configName = 'adapter_config.json';
const weightsName = 'adapter_model.safetensors';
const prefix = 'base_model.model.';
const suffix = '.weight';
/** How PEFT calls a factor. */
const fileKey = (name: string): string => prefix + name + suffix;

/** The two files of a PEFT adapter folder. */
export interface PeftFiles {
  'adapter_config.json': string;
  'adapter_model.safetensors': Uint8Array<ArrayBuffer>;
}

/** What `importPeft` reads. */
export interface PeftSource {
  /** Parsed adapter_config.json. */
  configJson: unknown;
  safetensors: Blob;
}

/**
 * An adapter as PEFT's files, fp32. Equal adapters give equal bytes.
 * @param baseName written as `base_model_name_or_path`, where Python's peft looks for the base model
 */
export function exportPeft(adapter: LoraAdapter, config: ModelConfig, baseName: string): PeftFiles {
  const tensors = new Map([...adapter.tensors].map(([name, tensor]) => [fileKey(name), tensor]));
  return {
    'adapter_config.json': formatPeftConfig(adapter.config, baseName, config.family === 'gpt2'),
    'adapter_model.safetensors': writeSafetensors(tensors),
  };
}

/**
 * Finds the two files of a PEFT adapter in a chosen folder.
 * @throws InputError when one is missing or adapter_config.json is no JSON.
 */
export async function readPeftFolder(files: readonly NamedFile[]): Promise<PeftSource> {
  const folder = filesBeside(files, configName);
  const safetensors = folder.get(weightsName);
  if (!safetensors) {
    const old = folder.has('adapter_model.bin') ? ' adapter_model.bin is not supported: save it with safetensors.' : '';
    throw new InputError(`${weightsName} is missing beside ${configName} in the chosen folder.${old}`);
  }
  return { configJson: await readJson(folder, configName), safetensors };
}

/**
 * An adapter for the given model from PEFT's files: tensors in the model's order of modules, A before B, as fp32.
 * @throws InputError when a setting is not supported, a target is not in the model, or a tensor is missing, unknown, of
 *   another shape than model and rank give, or not finite.
 */
export async function importPeft(files: PeftSource, config: ModelConfig): Promise<LoraAdapter> {
  const { lora } = parsePeftConfig(files.configJson);
  refuseUnknownTargets(lora.targets, config);
  const found = await readSafetensors(files.safetensors, weightsName);
  const tensors = new Map<string, NamedTensor>();
  for (const [name, shape] of factorShapes(lora, config)) tensors.set(name, take(found, name, shape));
  const [extra] = found.keys();
  if (extra !== undefined) {
    throw new InputError(
      `${weightsName}: tensor "${extra}" belongs to no target of this model. Targets are ${lora.targets.join(', ')}.`,
    );
  }
  return { kind: 'lora', config: lora, tensors };
}

/**
 * Whether importPeft would take the adapter for the given model, by all but the values: reads the file's header alone.
 * @throws InputError when a setting is not supported or the header is damaged
 */
export async function fitsModel({ configJson, safetensors }: PeftSource, config: ModelConfig): Promise<boolean> {
  const { lora } = parsePeftConfig(configJson);
  if (unknownTarget(lora.targets, config) !== undefined) return false;
  const { entries } = await readSafetensorsHeader(safetensors, weightsName);
  const wanted = factorShapes(lora, config);
  const isThere = ([name, shape]: [string, number[]]) => entries.get(fileKey(name))?.shape.join() === shape.join();
  return entries.size === wanted.size && [...wanted].every(isThere);
}

/** Of every target's two factors, A before B, in the model's order. */
function factorShapes({ rank, targets }: LoraConfig, config: ModelConfig): Map<string, number[]> {
  return new Map(
    matchedTargets(config, targets).flatMap(({ module, inFeatures, outFeatures }): [string, number[]][] => [
      [`${module}.lora_A`, [rank, inFeatures]],
      [`${module}.lora_B`, [outFeatures, rank]],
    ]),
  );
}

function unknownTarget(targets: readonly string[], config: ModelConfig): string | undefined {
  const modules = loraTargets(config);
  return targets.find((target) => !modules.some(({ module }) => matchesTarget(module, target)));
}

function refuseUnknownTargets(targets: readonly string[], config: ModelConfig): void {
  const unknown = unknownTarget(targets, config);
  if (unknown === undefined) return;
  const modules = loraTargets(config);
  const names = [...new Set(modules.map(({ module }) => module.split('.').slice(3).join('.')))];
  throw new InputError(
    `${configName}: the target "${unknown}" is not in this ${config.modelType} model. It has ${names.join(', ')}. Was the adapter trained on another model?`,
  );
}

/** Takes a tensor out of the map, so that what is left belongs nowhere. */
function take(found: Map<string, NamedTensor>, name: string, shape: number[]): NamedTensor {
  const key = fileKey(name);
  const tensor = found.get(key);
  if (!tensor) throw new InputError(`${weightsName}: tensor "${key}" [${shape.join(', ')}] is missing.`);
  if (tensor.shape.join() !== shape.join()) {
    throw new InputError(
      `${weightsName}: tensor "${key}" has shape [${tensor.shape.join(', ')}]; expected [${shape.join(', ')}] for this model and r in ${configName}.`,
    );
  }
  if (!tensor.data.every(Number.isFinite)) {
    throw new InputError(`${weightsName}: tensor "${key}" holds values that are not finite. The adapter is damaged.`);
  }
  found.delete(key);
  return tensor;
}
