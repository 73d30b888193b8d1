/** Fetches the embedded demo's model and data from where the page itself came from. Leaves out what is done with them. */
import { InputError } from '../protocol/errors';
import type { NamedFile } from '../protocol/library';

export const demoPaths = {
  model: [
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'special_tokens_map.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ],
  data: ['preferences.jsonl'],
} as const;

export interface DemoFiles {
  model: NamedFile[];
  data: NamedFile[];
  /** SHA-256 over all contents, in hex: whether a demo that was imported earlier is the same. */
  digest: string;
}

/** Answers like `fetch`; tests give their own. */
export type FetchFile = (address: string) => Promise<Response>;

/** All addresses of the build are relative to the page (vite.config.ts, base). */
const ownAddress = (path: string): string => new URL(`./demo/${path}`, document.baseURI).href;

async function fetchFile(path: string, get: FetchFile, addressOf: (path: string) => string): Promise<Blob> {
  const advice = 'Reload the page and try again; if it stays, the studio was not installed completely.';
  let answer: Response;
  try {
    answer = await get(addressOf(path));
  } catch (error) {
    throw new InputError(`The demo’s file ${path} could not be fetched from this page’s own server. ${advice}`, {
      cause: error,
    });
  }
  if (!answer.ok) throw new InputError(`The demo’s file ${path} is missing (${answer.status}). ${advice}`);
  return answer.blob();
}

/** @throws InputError that names the file which is missing */
export async function fetchDemoFiles(
  get: FetchFile = (address) => fetch(address),
  addressOf = ownAddress,
): Promise<DemoFiles> {
  const load = (folder: keyof typeof demoPaths) =>
    Promise.all(
      demoPaths[folder].map(async (path) => ({ path, file: await fetchFile(`${folder}/${path}`, get, addressOf) })),
    );
  const [model, data] = await Promise.all([load('model'), load('data')]);
  return { model, data, digest: await digestOf([...model, ...data]) };
}

async function digestOf(files: readonly NamedFile[]): Promise<string> {
  const hashes = await Promise.all(
    files.map(async ({ file }) => new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))),
  );
  const whole = await crypto.subtle.digest('SHA-256', await new Blob(hashes).arrayBuffer());
  return [...new Uint8Array(whole)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
