/** Content hashes of files too large to hash in one piece. */
import { contentHash } from '../src/data/content-hash';
import { releaseBytes } from '../src/data/release-bytes';

const pieceBytes = 32 * 2 ** 20;

/** One hash over names and contents; the order of the files does not matter. */
export async function hashFiles(files: readonly { path: string; blob: Blob }[]): Promise<string> {
  const parts: string[] = [];
  for (const { path, blob } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    parts.push(path, await hashBlob(blob));
  }
  return contentHash(...parts);
}

/** Hash of the list of the hashes of the file's 32 MiB pieces. */
async function hashBlob(blob: Blob): Promise<string> {
  const pieces: string[] = [];
  for (let start = 0; start < blob.size; start += pieceBytes) {
    const piece = await blob.slice(start, start + pieceBytes).arrayBuffer();
    pieces.push(await contentHash(new Uint8Array(piece)));
    releaseBytes(piece);
  }
  return contentHash(...pieces);
}
