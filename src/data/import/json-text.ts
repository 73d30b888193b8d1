/** One record's bytes to JSON, with the reasons why they are not. Shared by the readers of lines and of lists. */
import type { ImportLimits } from './limits';
import type { RawRecord } from './raw-record';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Null for blank text. `bytes` are at most limits.recordBytes. */
export function parseJsonRecord(bytes: Uint8Array, line: number, { depth }: ImportLimits): RawRecord | null {
  if (nestingDepth(bytes) > depth) return { line, fault: tooDeep(depth) };
  try {
    const text = utf8.decode(bytes);
    return text.trim() === '' ? null : { line, json: JSON.parse(text) };
  } catch (error) {
    return { line, fault: faultOf(error) };
  }
}

export const tooDeep = (depth: number) => `lists and objects are nested more than ${depth} deep`;
export const tooLong = (bytes: number) => `is longer than ${bytes / 1e6} MB`;

function faultOf(error: unknown): string {
  if (error instanceof SyntaxError) return `not valid JSON (${error.message})`;
  return 'not UTF-8 text';
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** How deep lists and objects go, outside strings; before parsing, because deep text takes much memory to parse. */
function nestingDepth(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) deepest = Math.max(deepest, ++depth);
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return deepest;
}
