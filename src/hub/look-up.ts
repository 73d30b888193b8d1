/**
 * Asks the Hub what a model is before any of its weights is fetched: its commit, licence, the files that a run reads, and whether
 * this studio can use it. Fetches config.json and, for sharded models, the index; nothing else.
 */
import { listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { modelFileNames } from '../exchange/model-folder';
import { parseModelConfig } from '../model/parse-config';
import { parameterCount } from '../model/weight-specs';
import { InputError } from '../protocol/errors';
import type { HubFile, HubLookUp, HubModel, HubRequest } from '../protocol/hub';
import { hubFetch, type Asked, type Fetch } from './hub-fetch';
import { parseEndpoint, parseHubId } from './hub-id';

const singleName = 'model.safetensors';
const indexName = 'model.safetensors.index.json';
/** Far over real ones: an index of 1,000 shards takes some MB. */
const maxJsonBytes = 50_000_000;
/** Far over real repositories. */
const maxFiles = 20_000;

const hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));
const infoSchema = z.looseObject({
  sha: hex(40),
  tags: z.array(z.string()).nullish(),
  cardData: z
    .looseObject({ license: z.unknown().optional(), license_name: z.unknown().optional() })
    .nullish()
    .catch(null),
});
const fileSchema = z.looseObject({
  type: z.string(),
  path: z.string().min(1).max(1000),
  size: z.number().int().min(0),
  oid: z.string().optional(),
  lfs: z.looseObject({ oid: z.string(), size: z.number().int().min(0) }).nullish(),
});
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

export interface LookUpOptions {
  fetch?: Fetch;
  signal?: AbortSignal;
}

/**
 * @returns all but what the cache has of it
 * @throws InputError for a wrong id, no access, no connection, or an answer that is not a Hub's
 */
export async function lookUpModel(
  request: HubRequest,
  { fetch: fetchImpl, signal }: LookUpOptions = {},
): Promise<Omit<HubLookUp, 'cachedBytes'>> {
  const endpoint = parseEndpoint(request.endpoint);
  const { name, revision } = parseHubId(request.id, endpoint);
  const asked: Asked = { endpoint, token: request.token, id: `${name}@${revision}`, ...(signal && { signal }) };
  const api = hubFetch(asked, fetchImpl);
  const info = await answerOf(endpoint, async () =>
    infoSchema.parse(
      await modelInfo({ name, revision, hubUrl: endpoint, fetch: api, additionalFields: ['sha', 'cardData', 'tags'] }),
    ),
  );
  const listed = await listModelFiles(endpoint, name, info.sha, api);
  const read = (path: string) => fetchJson(`${endpoint}/${name}/resolve/${info.sha}/${path}`, path, api);
  const config = listed.has('config.json') ? await read('config.json') : null;
  const weights = listed.has(singleName) || !listed.has(indexName) ? [singleName] : shardsOf(await read(indexName));
  const wanted = [...modelFileNames].filter((path) => path !== indexName || !listed.has(singleName));
  const files = [...wanted, ...weights].flatMap((path) => listed.get(path) ?? []);
  const model: HubModel = { endpoint, name, revision, commit: info.sha, licence: licenceOf(info), files };
  const facts = factsOf(config);
  return {
    model,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    config,
    ...facts,
    refusal: missingFile(listed, weights) ?? facts.refusal,
  };
}

/** Whatever goes wrong in reading an answer means that this is no Hub. */
async function answerOf<T>(endpoint: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && ['InputError', 'CancelledError', 'AbortError'].includes(error.name)) throw error;
    throw new InputError(`${endpoint} does not answer as a Hugging Face Hub does. Check the address.`, {
      cause: error,
    });
  }
}

/** The files of the repository's top folder, by path. */
function listModelFiles(endpoint: string, name: string, commit: string, api: Fetch): Promise<Map<string, HubFile>> {
  return answerOf(endpoint, async () => {
    const files = new Map<string, HubFile>();
    const repo = { type: 'model', name } as const;
    for await (const entry of listFiles({ repo, revision: commit, hubUrl: endpoint, fetch: api })) {
      const { type, path, size, oid, lfs } = fileSchema.parse(entry);
      if (type !== 'file' || path.includes('/')) continue;
      const sha256 = hex(64).safeParse(lfs?.oid).data ?? null;
      const gitSha1 = lfs ? null : (hex(40).safeParse(oid).data ?? null);
      files.set(path, { path, bytes: lfs?.size ?? size, sha256, gitSha1 });
      if (files.size > maxFiles) throw new Error(`more than ${maxFiles} files`);
    }
    return files;
  });
}

async function fetchJson(url: string, path: string, api: Fetch): Promise<unknown> {
  const { body } = await api(url);
  try {
    return JSON.parse(await textOf(body, path));
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${path} of this model is not valid JSON. Tell its owner, or choose another revision.`, {
      cause,
    });
  }
}

/** Counts what arrives: a server need not say how much it sends. @throws InputError when it is too much */
async function textOf(body: Response['body'], path: string): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    bytes += next.value.length;
    if (bytes > maxJsonBytes) {
      await reader?.cancel().catch(() => {});
      throw new InputError(`${path} of this model has more than ${maxJsonBytes / 1e6} MB; no real one has.`);
    }
    text += decoder.decode(next.value, { stream: true });
  }
  return text + decoder.decode();
}

function shardsOf(index: unknown): string[] {
  const parsed = indexSchema.safeParse(index);
  if (!parsed.success) throw new InputError(`${indexName} of this model names no shards. Choose another revision.`);
  return [...new Set(Object.values(parsed.data.weight_map))].toSorted();
}

function missingFile(listed: ReadonlyMap<string, HubFile>, weights: readonly string[]): string | null {
  if (!listed.has('config.json')) return 'It has no config.json: it is no transformers model.';
  if (!listed.has('tokenizer.json'))
    return 'It has no tokenizer.json. The studio reads no other form of tokenizer; AutoTokenizer.from_pretrained(...).save_pretrained(...) writes one.';
  const missing = weights.find((path) => !listed.has(path));
  if (missing === undefined) return null;
  const other = [...listed.keys()].find((path) => /\.(bin|gguf|pt|pth|h5|msgpack|onnx|safetensors)$/.test(path));
  const found = other === undefined ? '' : `; it has "${other}", which is not supported`;
  return `It has no ${missing}${found}. Weights must be safetensors.`;
}

function factsOf(config: unknown): Pick<HubLookUp, 'architecture' | 'parameters' | 'contextLength' | 'refusal'> {
  const named = z.looseObject({ model_type: z.string().max(100) }).safeParse(config);
  const architecture = named.success ? named.data.model_type : null;
  try {
    const parsed = parseModelConfig(config, 'config.json');
    const { contextLength } = parsed;
    return { architecture, parameters: parameterCount(parsed), contextLength, refusal: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { architecture, parameters: null, contextLength: null, refusal: error.message };
  }
}

/** As the model's card has it, or else its tags. */
function licenceOf({ cardData, tags }: z.infer<typeof infoSchema>): string | null {
  const named = cardData?.license === 'other' ? (cardData.license_name ?? 'other') : cardData?.license;
  const text = [named].flat().find((part) => typeof part === 'string');
  const tag = tags?.find((one) => one.startsWith('license:'))?.slice('license:'.length);
  return (text ?? tag ?? null)?.slice(0, 100) ?? null;
}
