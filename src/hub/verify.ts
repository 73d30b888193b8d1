/** Whether a file that was downloaded is what the Hub said it is. */
import type { HubFile } from '../protocol/hub';
import type { PartFile } from './download-store';
import { createSha256 } from './sha256';

const pieceBytes = 1 << 24;
/** Git keeps larger files elsewhere, where they have a SHA-256. */
const maxGitBytes = 200_000_000;

/**
 * Compares length and hash; only the length where the Hub gave no hash.
 * @param onPiece called with the bytes read so far; may throw to end it
 */
export async function isIntact(
  part: PartFile,
  file: HubFile,
  onPiece: (bytes: number) => Promise<void>,
): Promise<boolean> {
  if (part.size() !== file.bytes) return false;
  if (file.sha256 !== null) return (await sha256Of(part, onPiece)) === file.sha256;
  if (file.gitSha1 !== null && file.bytes <= maxGitBytes) return (await gitSha1Of(part)) === file.gitSha1;
  return true;
}

async function sha256Of(part: PartFile, onPiece: (bytes: number) => Promise<void>): Promise<string> {
  const hash = createSha256();
  const piece = new Uint8Array(Math.min(pieceBytes, part.size()));
  for (let at = 0; at < part.size();) {
    const count = part.read(piece, at);
    if (count === 0) break;
    hash.update(piece.subarray(0, count));
    at += count;
    await onPiece(at);
  }
  return hash.finish();
}

/** SHA-1 of "blob", the length, and the content, as git names its objects. */
async function gitSha1Of(part: PartFile): Promise<string> {
  const head = new TextEncoder().encode(`blob ${part.size()}\0`);
  const whole = new Uint8Array(head.length + part.size());
  whole.set(head);
  part.read(whole.subarray(head.length), 0);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', whole));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
