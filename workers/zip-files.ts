/** Files as one zip archive, piece by piece: only the archive itself holds them all, and the browser may keep that on the disk. */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { InputError } from '../src/protocol/errors';

/** Zip wants a time for each file; a fixed one keeps the archive a function of its content. */
const fixedTime = new Date(1980, 0, 1);

/** What the archive's format (without its 64-bit extension) can tell of places in it, less some room for its list of files. */
const mostBytes = 2 ** 32 - 2 ** 20;

export interface ZipEntry {
  path: string;
  /** Asked for when its turn comes. */
  content(): Promise<Blob | Uint8Array<ArrayBuffer>>;
}

/** Bytes that are gathered before they become a part of the archive. */
const gatherBytes = 2 ** 24;

/**
 * JSON is compressed; weights and pictures, which would not get smaller, are stored as they are.
 * @throws InputError for more than 4 GB together, and what `content` throws
 */
export async function zipFiles(entries: readonly ZipEntry[]): Promise<Blob> {
  const parts: Blob[] = [];
  const failures: Error[] = [];
  let gathered: Uint8Array<ArrayBuffer>[] = [];
  let [held, written] = [0, 0];
  const settle = () => {
    parts.push(new Blob(gathered));
    gathered = [];
    held = 0;
  };
  const zip = new Zip((error, data) => {
    if (error) return void failures.push(error);
    gathered.push(new Uint8Array(data));
    held += data.byteLength;
    written += data.byteLength;
    if (held >= gatherBytes) settle();
  });
  for (const { path, content } of entries) {
    const file = /\.jsonl?$/.test(path) ? new ZipDeflate(path) : new ZipPassThrough(path);
    file.mtime = fixedTime;
    zip.add(file);
    const body = await content();
    const size = body instanceof Blob ? body.size : body.byteLength;
    if (written + size > mostBytes)
      throw new InputError('The files take more than 4 GB together, which is more than one zip archive can hold.');
    if (body instanceof Blob) await pushBlob(file, body);
    else file.push(body, true);
  }
  zip.end();
  settle();
  const [failure] = failures;
  if (failure) throw new Error(`internal: the zip file could not be made: ${failure.message}`, { cause: failure });
  return new Blob(parts, { type: 'application/zip' });
}

async function pushBlob(file: ZipDeflate | ZipPassThrough, blob: Blob): Promise<void> {
  const reader = blob.stream().getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) file.push(read.value);
  file.push(new Uint8Array(), true);
}
