/** The name of a prompt for the split, by its content. */
import type { Prompt } from '../protocol/preference';
import { contentHash } from './content-hash';

/** The first 32 hex digits (128 bits) of the SHA-256 of a prompt. */
export async function promptKey(prompt: Prompt): Promise<string> {
  return (await contentHash(JSON.stringify(prompt))).slice(0, 32);
}
