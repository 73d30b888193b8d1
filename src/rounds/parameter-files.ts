/**
 * Trained parameters as the files of an artifact, in the layout that is also exported: a PEFT adapter, or all weights
 * for full-parameter training; and their time on the GPU, which ends with the work they were loaded for.
 */
import { exportPeft, importPeft } from '../exchange/peft';
import { readSafetensors, writeSafetensors } from '../exchange/safetensors';
import type { ParameterSet, RewardHead } from '../model/adapter-types';
import type { ModelConfig } from '../model/config';
import type { LanguageModel } from '../model/language-model';
import type { Bytes } from '../storage/records';
import { jsonFile, parseJsonFile } from './canonical-json';

const headFile = 'reward_head.safetensors';

/** What the files need to know about the base model. */
export interface BaseModel {
  name: string;
  config: ModelConfig;
  /** config.json as it was read; goes beside full weights. */
  configJson: unknown;
}

type Files = Record<string, Bytes>;

export function parameterFiles(set: ParameterSet, base: BaseModel): Files {
  if (set.kind === 'full') {
    return { 'config.json': jsonFile(base.configJson), 'model.safetensors': toBytes(writeSafetensors(set.tensors)) };
  }
  const peft = exportPeft(set, base.config, base.name);
  return {
    'adapter_config.json': toBytes(new TextEncoder().encode(peft['adapter_config.json'])),
    'adapter_model.safetensors': toBytes(peft['adapter_model.safetensors']),
  };
}

/** The inverse of parameterFiles. @throws InputError when the files do not fit the model */
export async function readParameterFiles(files: Files, config: ModelConfig): Promise<ParameterSet> {
  const full = files['model.safetensors'];
  if (full) return { kind: 'full', tensors: await readSafetensors(new Blob([full]), 'model.safetensors') };
  const adapter = fileOf(files, 'adapter_model.safetensors');
  const configJson = parseJsonFile(fileOf(files, 'adapter_config.json'));
  return importPeft({ configJson, safetensors: new Blob([adapter]) }, config);
}

export function headFiles(head: RewardHead): Files {
  return { [headFile]: toBytes(writeSafetensors(head)) };
}

export async function readHeadFile(files: Files): Promise<RewardHead> {
  return readSafetensors(new Blob([fileOf(files, headFile)]), headFile);
}

/** Puts the sets on the GPU under their names, and takes them off when `work` ends, however it ends. */
export async function withParameters<T>(
  model: LanguageModel,
  sets: Record<string, ParameterSet>,
  work: () => Promise<T>,
): Promise<T> {
  const names = Object.keys(sets);
  try {
    for (const [name, set] of Object.entries(sets)) model.addParameters(name, set);
    return await work();
  } finally {
    for (const name of names) if (model.hasParameters(name)) model.removeParameters(name);
  }
}

function fileOf(files: Files, name: string): Bytes {
  const file = files[name];
  if (!file) throw new Error(`internal: the artifact has no ${name}; it has ${Object.keys(files).join(', ')}`);
  return file;
}

/** A view on a plain ArrayBuffer, as storage and Blob want it; copies only what lies on shared memory. */
function toBytes(bytes: Uint8Array): Bytes {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(bytes);
}
