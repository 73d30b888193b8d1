/**
 * Datasets from the Hub: what a repository offers, and its files as blobs, which the import then reads like files from the disk.
 * Asks for nothing that the person did not ask for; every request goes through hubFetch.
 */
import { listFiles } from '@huggingface/hub';
import { z } from 'zod';
import { InputError } from '../protocol/errors';
import type { HubDataset, HubDatasetFile, HubDatasetRequest } from '../protocol/hub-dataset';
import type { NamedFile } from '../protocol/library';
import { groupFiles } from './dataset-files';
import { HubConnectionError, hubFetch, type Asked, type Fetch } from './hub-fetch';
import { parseEndpoint, parseHubId } from './hub-id';

/** The branch on which the Hub puts its own conversion of a dataset to parquet. */
const CONVERTED = 'refs/convert/parquet';
const MOST_FILES = 20_000;

const entrySchema = z.object({ type: z.string(), path: z.string().max(1000), size: z.number().min(0).catch(0) });

interface Repository extends Asked {
  name: string;
  revision: string;
}

/** @throws InputError for what is no id or address */
function repositoryOf({ endpoint: address, id, token }: HubDatasetRequest, signal?: AbortSignal): Repository {
  const endpoint = parseEndpoint(address);
  const page = `${endpoint}/datasets/`;
  const text = id.trim();
  const parsed = parseHubId(
    text.startsWith(page) ? text.slice(page.length) : text.replace(/^datasets\//, ''),
    endpoint,
  );
  return { endpoint, token, id: text, ...parsed, ...(signal && { signal }) };
}

/**
 * The configs and splits of a dataset: of the files in the repository, else of the Hub's conversion to parquet.
 * @throws InputError when there is no such dataset, no access, or no file that can be read
 */
export async function lookUpDataset(
  request: HubDatasetRequest,
  options: { signal?: AbortSignal; fetchImpl?: Fetch } = {},
): Promise<HubDataset> {
  const repository = repositoryOf(request, options.signal);
  const own = groupFiles(await list(repository, options.fetchImpl), false);
  if (own.length > 0) return { name: repository.name, configs: own, converted: false };
  const branch = { ...repository, revision: CONVERTED };
  const converted = groupFiles(await list(branch, options.fetchImpl).catch(noneIfMissing), true);
  if (converted.length > 0) return { name: repository.name, configs: converted, converted: true };
  throw new InputError(
    `${repository.name} has no .jsonl, .json, .csv, .tsv or .parquet files, and the Hub has no conversion of it to parquet. Choose another dataset, or download and convert it.`,
  );
}

/** A missing branch is no fault; a broken connection is. */
function noneIfMissing(error: unknown): HubDatasetFile[] {
  if (error instanceof InputError && !(error instanceof HubConnectionError)) return [];
  throw error;
}

/** A fetch whose messages speak of a dataset; hubFetch's speak of a model. */
function datasetFetch(repository: Repository, fetchImpl?: Fetch): Fetch {
  const ask = hubFetch(repository, fetchImpl);
  return (input, init) =>
    ask(input, init).catch((error: unknown) => {
      if (error instanceof InputError) error.message = error.message.replaceAll(/\bmodel\b/g, 'dataset');
      throw error;
    });
}

async function list(repository: Repository, fetchImpl?: Fetch): Promise<HubDatasetFile[]> {
  const { name, revision, endpoint } = repository;
  const files: HubDatasetFile[] = [];
  const entries = listFiles({
    repo: { type: 'dataset', name },
    revision: encodeURIComponent(revision),
    recursive: true,
    hubUrl: endpoint,
    fetch: datasetFetch(repository, fetchImpl),
  });
  for await (const entry of entries) {
    const { type, path, size } = entrySchema.parse(entry);
    if (type === 'file') files.push({ path, bytes: size, revision });
    if (files.length > MOST_FILES)
      throw new InputError(`${name} has more than ${MOST_FILES} files, more than can be listed here.`);
  }
  return files;
}

/**
 * Downloads files of a dataset, one after the other, as blobs (which browsers keep outside the heap), under their paths in the
 * repository. @throws InputError with the file that could not be had; the signal's reason
 */
export async function downloadDatasetFiles(
  request: HubDatasetRequest,
  files: readonly HubDatasetFile[],
  options: { signal?: AbortSignal; fetchImpl?: Fetch; onBytes?: (done: number) => void } = {},
): Promise<NamedFile[]> {
  const repository = repositoryOf(request, options.signal);
  const ask = datasetFetch(repository, options.fetchImpl);
  const downloaded: NamedFile[] = [];
  let before = 0;
  for (const { path, bytes, revision } of files) {
    const location = path.split('/').map(encodeURIComponent).join('/');
    const url = `${repository.endpoint}/datasets/${repository.name}/resolve/${encodeURIComponent(revision)}/${location}`;
    const blob = await readBlob(
      await ask(url),
      path,
      bytes,
      (done) => options.onBytes?.(before + done),
      options.signal,
    );
    downloaded.push({ path, file: blob });
    before += blob.size;
  }
  return downloaded;
}

/** Collected in pieces that go to the browser's blob storage as they come. */
async function readBlob(
  response: Response,
  path: string,
  bytes: number,
  onBytes: (done: number) => void,
  signal?: AbortSignal,
): Promise<Blob> {
  const pieces: Blob[] = [];
  let done = 0;
  try {
    const reader = response.body?.getReader();
    for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
      pieces.push(new Blob([next.value]));
      done += next.value.length;
      onBytes(done);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HubConnectionError(`The connection broke while ${path} was downloaded. Try again.`, null, cause);
  }
  if (done === bytes) return new Blob(pieces);
  throw new InputError(`${path} came with ${done} bytes instead of ${bytes}: the download was cut off. Try again.`);
}
