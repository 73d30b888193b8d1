/**
 * Names for content: SHA-256 of what something consists of. Used for ids of pairs, data sets, models and artifacts.
 * Hashing of files too large for memory is left out: callers hash them piece by piece into one list of hashes.
 */

import { releaseBytes } from './release-bytes';

const encoder = new TextEncoder();

/**
 * SHA-256 in hex (64 characters) of the parts. Every part goes in with its byte length before it, so ("ab", "c") and
 * ("a", "bc") differ; a string counts as its UTF-8 bytes.
 */
export function contentHash(...parts: (string | Uint8Array)[]): Promise<string> {
  return contentHashOf(parts);
}

/** The same for a list, which may be longer than arguments can be (about 100,000). */
export async function contentHashOf(parts: readonly (string | Uint8Array)[]): Promise<string> {
  const bytes = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  const joined = new Uint8Array(bytes.reduce((sum, part) => sum + 8 + part.length, 0));
  const view = new DataView(joined.buffer);
  let offset = 0;
  for (const part of bytes) {
    view.setBigUint64(offset, BigInt(part.length));
    joined.set(part, offset + 8);
    offset += 8 + part.length;
  }
  const digest = await crypto.subtle.digest('SHA-256', joined);
  releaseBytes(joined.buffer);
  return toHex(new Uint8Array(digest));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
