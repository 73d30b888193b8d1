/** JSON whose text depends on the value alone: keys in code-point order. For hashes and for outputs that must repeat byte for byte. */

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item)]));
}

/** @param indent spaces a level; 0 = one line */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(ordered(value), null, indent);
}

const encoder = new TextEncoder();

/** Canonical JSON as the bytes of a file, indented, with a final line feed. */
export function jsonFile(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${canonicalJson(value, 2)}\n`);
}

/** The value of a JSON file; its shape is for the caller to check. */
export function parseJsonFile(file: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(file));
}
