/**
 * The tensors of a model in its safetensors file or shards: finds each one the model needs, checks name, shape and dtype
 * before anything is loaded, and loads them one by one or streams them. Checkpoints in other formats are refused with what to do.
 */
import { z } from 'zod';
import type { NamedTensor } from '../model/adapter-types';
import type { ModelConfig } from '../model/config';
import { weightSpecs } from '../model/weight-specs';
import type { WeightStream } from '../model/weight-stream';
import { InputError } from '../protocol/errors';
import { type FolderFiles, readJson } from './folder-files';
import { createScratch, readRows } from './read-rows';
import { readTensor } from './safetensors';
import { readSafetensorsHeader, type TensorEntry } from './safetensors-header';
import { floatDtypes } from './tensor-dtypes';

const singleName = 'model.safetensors';
const indexName = 'model.safetensors.index.json';
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** A tensor the model needs, and where it is. `name` is ours; `entry.name` is the file's. */
interface LocatedTensor {
  name: string;
  fileName: string;
  file: Blob;
  entry: TensorEntry;
}

export interface Checkpoint {
  /** The weight files in use. */
  fileNames: string[];
  /** Bytes of these files. */
  bytes: number;
  /** "fp32", "fp16" or "bf16"; several joined by "+". */
  weightsDtype: string;
  /** All tensors of `weightSpecs` as fp32, in that order. @throws InputError when a file can no longer be read. */
  loadWeights(): Promise<Map<string, NamedTensor>>;
  /** The same in pieces of at most `pieceBytes` of a file (but at least one row). @throws InputError as loadWeights */
  streamWeights(pieceBytes?: number): WeightStream;
}

/**
 * Finds and checks a model's tensors.
 * @throws InputError naming the file, the tensor, what was expected and what was found
 */
export async function openCheckpoint(files: FolderFiles, config: ModelConfig): Promise<Checkpoint> {
  const tensors = await listTensors(files);
  const located = locate(tensors, config);
  refuseUnplaced(tensors, located, config);
  const used = new Map([...tensors.values()].map(({ fileName, file }) => [fileName, file.size]));
  return {
    fileNames: [...used.keys()],
    bytes: [...used.values()].reduce((sum, size) => sum + size, 0),
    weightsDtype: dtypeNames(located),
    loadWeights: () => load(located),
    streamWeights: (pieceBytes = defaultPieceBytes) => stream(located, pieceBytes),
  };
}

async function load(located: readonly LocatedTensor[]): Promise<Map<string, NamedTensor>> {
  const weights = new Map<string, NamedTensor>();
  for (const { name, file, entry, fileName } of located) weights.set(name, await readTensor(file, entry, fileName));
  return weights;
}

/** Large enough that reading is quick, small enough that a few of them are nothing beside a model. */
const defaultPieceBytes = 1 << 23;

/** File after file, each from its start to its end. */
async function* stream(located: readonly LocatedTensor[], pieceBytes: number): WeightStream {
  const scratch = createScratch();
  const order = located.toSorted((a, b) => compare(a.fileName, b.fileName) || a.entry.start - b.entry.start);
  for (const { name, file, entry, fileName } of order) {
    for await (const { row, values } of readRows(file, entry, fileName, { pieceBytes, scratch }))
      yield { name, row, values };
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** All tensors of the file or the shards, by their names there. */
async function listTensors(files: FolderFiles): Promise<Map<string, LocatedTensor>> {
  const single = files.get(singleName);
  if (single) return tensorsOf(single, singleName);
  if (!files.has(indexName)) throw new InputError(noWeights(files));
  const index = indexSchema.safeParse(await readJson(files, indexName));
  if (!index.success) {
    throw new InputError(`${indexName}: expected "weight_map" with the file name of each tensor. Get the file again.`);
  }
  return tensorsOfShards(files, new Map(Object.entries(index.data.weight_map)));
}

async function tensorsOfShards(
  files: FolderFiles,
  weightMap: ReadonlyMap<string, string>,
): Promise<Map<string, LocatedTensor>> {
  const shards = new Map<string, Map<string, LocatedTensor>>();
  for (const shard of new Set(weightMap.values())) {
    const file = files.get(shard);
    if (!file) throw new InputError(`${shard} is missing in the chosen folder: ${indexName} names it as a shard.`);
    shards.set(shard, await tensorsOf(file, shard));
  }
  const tensors = new Map<string, LocatedTensor>();
  for (const [name, shard] of weightMap) {
    const tensor = shards.get(shard)?.get(name);
    if (!tensor) throw new InputError(`${shard}: tensor "${name}" is missing: ${indexName} says it is in this file.`);
    tensors.set(name, tensor);
  }
  return tensors;
}

async function tensorsOf(file: Blob, fileName: string): Promise<Map<string, LocatedTensor>> {
  const { entries } = await readSafetensorsHeader(file, fileName);
  return new Map([...entries].map(([name, entry]) => [name, { name, fileName, file, entry }]));
}

function noWeights(files: FolderFiles): string {
  const other = [...files.keys()].find((name) => /\.(bin|gguf|pt|pth|h5|msgpack|onnx|safetensors)$/.test(name));
  const found = other ? `; found "${other}", which is not supported` : '';
  return `${singleName} (or ${indexName} with its shards) is missing in the chosen folder${found}. Save the model with save_pretrained(..., safe_serialization=True).`;
}

/** The openai-community/gpt2 repositories leave out "transformer.". */
function namesInFile(name: string): string[] {
  return name.startsWith('transformer.') ? [name, name.slice('transformer.'.length)] : [name];
}

function locate(tensors: ReadonlyMap<string, LocatedTensor>, config: ModelConfig): LocatedTensor[] {
  return weightSpecs(config).map(({ name, shape }) => {
    const found = namesInFile(name)
      .map((alias) => tensors.get(alias))
      .find((tensor) => tensor !== undefined);
    if (!found) throw new InputError(missingTensor(name, shape, tensors));
    const { entry, fileName } = found;
    if (entry.shape.join() !== shape.join()) {
      throw new InputError(
        `${fileName}: tensor "${entry.name}" has shape [${entry.shape.join(', ')}]; expected [${shape.join(', ')}] by config.json.`,
      );
    }
    if (!floatDtypes.has(entry.dtype)) {
      throw new InputError(
        `${fileName}: tensor "${entry.name}" is ${entry.dtype}; expected ${[...floatDtypes].join(', ')}. Quantised models are not supported.`,
      );
    }
    return { ...found, name };
  });
}

function missingTensor(name: string, shape: number[], tensors: ReadonlyMap<string, LocatedTensor>): string {
  const [first = singleName, ...more] = new Set([...tensors.values()].map(({ fileName }) => fileName));
  const where = more.length > 0 ? `${first} and its ${more.length} other shards` : first;
  const hint = name === 'lm_head.weight' ? ' If the head is the embedding, set "tie_word_embeddings" to true.' : '';
  return `${where}: tensor "${name}" [${shape.join(', ')}] is missing; config.json asks for it.${hint}`;
}

/** Masks and frequencies that old checkpoints store, though they follow from the configuration. */
const buffers = /\.(attn\.bias|attn\.masked_bias|rotary_emb\.inv_freq)$/;

/**
 * Refuses tensors inside the model that the configuration has no place for, such as a bias or further layers: leaving
 * them out would compute something else. Tensors outside it (a value head, a tied lm_head) do no harm.
 */
function refuseUnplaced(
  tensors: ReadonlyMap<string, LocatedTensor>,
  located: readonly LocatedTensor[],
  config: ModelConfig,
): void {
  const used = new Set(located.map(({ entry }) => entry.name));
  const inside = config.family === 'llama' ? /^model\./ : /^(transformer\.)?(h|wte|wpe|ln_f)\./;
  for (const { entry, fileName } of tensors.values()) {
    if (used.has(entry.name) || !inside.test(entry.name) || buffers.test(entry.name)) continue;
    throw new InputError(
      `${fileName}: tensor "${entry.name}" [${entry.shape.join(', ')}] has no place in a ${config.modelType} model as config.json describes it. Do config.json and the weights belong together?`,
    );
  }
}

function dtypeNames(located: readonly LocatedTensor[]): string {
  const names: Record<string, string> = { F32: 'fp32', F16: 'fp16', BF16: 'bf16' };
  return [...new Set(located.map(({ entry }) => names[entry.dtype] ?? entry.dtype))].join('+');
}
