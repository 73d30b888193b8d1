/**
 * A Hugging Face model folder: configuration, tokenizer and weights, all checked before a weight is loaded. Where the
 * files come from (the page's folder choice, storage, disk) and where they are kept is not known here.
 */
import { z } from 'zod';
import type { ModelConfig } from '../model/config';
import { parseModelConfig } from '../model/parse-config';
import { parameterCount } from '../model/weight-specs';
import type { NamedFile } from '../protocol/library';
import { InputError } from '../protocol/errors';
import { loadTokenizer, type TextTokenizer, type TokenizerFiles } from '../data/tokenizer';
import { type Checkpoint, openCheckpoint } from './checkpoint';
import { filesBeside, type FolderFiles, readJson, readOptionalJson, readText } from './folder-files';

export interface ModelFolder extends Checkpoint {
  config: ModelConfig;
  /** config.json as it is. */
  configJson: unknown;
  tokenizerFiles: TokenizerFiles;
  tokenizer: TextTokenizer;
  /** All ids that end a response: the tokenizer's first (the one to train), then generation_config's and config's. */
  endTokenIds: number[];
  /** Number of weights. */
  parameters: number;
}

/** The files of a model folder that a run reads, besides the weights. */
export const modelFileNames: ReadonlySet<string> = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'model.safetensors.index.json',
]);

const generationSchema = z.looseObject({
  eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish(),
});

/**
 * Reads and checks a model folder; weights are loaded later by `loadWeights`.
 * @param files those of the folder, with any folder prefix; others are ignored
 * @throws InputError when a file or tensor is missing, damaged or not supported: names it, what was expected and found
 */
export async function readModelFolder(files: readonly NamedFile[]): Promise<ModelFolder> {
  const folder = filesBeside(files, 'config.json');
  const configJson = await readJson(folder, 'config.json');
  const config = parseModelConfig(configJson, 'config.json');
  const tokenizerFiles = await readTokenizerFiles(folder, configJson);
  const tokenizer = loadTokenizer(tokenizerFiles);
  const endTokenIds = collectEndTokens(config, tokenizerFiles.generationConfig, tokenizer.eosTokenId);
  const checkpoint = await openCheckpoint(folder, config);
  return {
    ...checkpoint,
    config,
    configJson,
    tokenizerFiles,
    tokenizer,
    endTokenIds,
    parameters: parameterCount(config),
  };
}

async function readTokenizerFiles(folder: FolderFiles, modelConfig: unknown): Promise<TokenizerFiles> {
  const template = 'chat_template.jinja';
  return {
    tokenizerJson: await readJson(folder, 'tokenizer.json'),
    tokenizerConfig: await readOptionalJson(folder, 'tokenizer_config.json'),
    specialTokensMap: await readOptionalJson(folder, 'special_tokens_map.json'),
    generationConfig: await readOptionalJson(folder, 'generation_config.json'),
    modelConfig,
    chatTemplate: folder.has(template) ? await readText(folder, template) : undefined,
  };
}

/** Ids past the vocabulary can never be produced and are left out. @throws InputError when none is left. */
function collectEndTokens(config: ModelConfig, generationConfig: unknown, tokenizerEos: number | null): number[] {
  const parsed = generationSchema.safeParse(generationConfig ?? {});
  if (!parsed.success) {
    throw new InputError('generation_config.json: "eos_token_id" must be a token id or a list of them.');
  }
  const own = tokenizerEos === null ? [] : [tokenizerEos];
  const all = [...own, ...[parsed.data.eos_token_id ?? []].flat(), ...config.eosTokenIds];
  const ids = [...new Set(all)].filter((id) => id >= 0 && id < config.vocabSize);
  if (ids.length > 0) return ids;
  throw new InputError(
    `No end token: neither tokenizer_config.json, generation_config.json nor config.json names one under ${config.vocabSize}. Set "eos_token" in tokenizer_config.json.`,
  );
}
