/**
 * The header of a safetensors file: 8 bytes of length, JSON, then the tensors' bytes. Reads and checks the header alone;
 * tensor data is in safetensors.ts. The checks are at least as strict as those of the reference reader in Rust.
 */
import { z } from 'zod';
import { InputError } from '../protocol/errors';
import { dtypeBytes } from './tensor-dtypes';

/** The reference reader's limit too; the largest published models need a few MB. */
const maxHeaderBytes = 100_000_000;

/** Where one tensor lies. `start` and `end` are byte positions in the file. */
export interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
  start: number;
  end: number;
}

export interface SafetensorsHeader {
  /** In the order of the header. */
  entries: Map<string, TensorEntry>;
  metadata: Record<string, string>;
}

const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(size).max(16),
  data_offsets: z.tuple([size, size]),
});
const metadataSchema = z.record(z.string(), z.string());

/**
 * Reads and checks a safetensors header.
 * @param fileName named in errors
 * @throws InputError when the file is truncated, the header is no valid JSON of the expected form, a tensor's bytes do
 *   not match its dtype and shape, or tensors overlap, leave gaps or reach past the end.
 */
export async function readSafetensorsHeader(blob: Blob, fileName: string): Promise<SafetensorsHeader> {
  const headerBytes = await readHeaderLength(blob, fileName);
  const text = decodeUtf8(await readBytes(blob, 8, 8 + headerBytes, fileName), fileName);
  const json = parseHeaderJson(text, fileName);
  const { __metadata__: rawMetadata = {}, ...tensors } = json;
  const metadata = parseMetadata(rawMetadata, fileName);
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(tensors)) {
    entries.set(name, parseEntry(name, value, 8 + headerBytes, fileName));
  }
  checkLayout([...entries.values()], 8 + headerBytes, blob.size, fileName);
  return { entries, metadata };
}

/** Bytes [start, end) of a file. @throws InputError when the file can no longer be read. */
export async function readBytes(blob: Blob, start: number, end: number, fileName: string): Promise<ArrayBuffer> {
  try {
    return await blob.slice(start, end).arrayBuffer();
  } catch (cause) {
    throw new InputError(`${fileName}: cannot read bytes ${start} to ${end}. Was the file moved? Choose it again.`, {
      cause,
    });
  }
}

async function readHeaderLength(blob: Blob, fileName: string): Promise<number> {
  if (blob.size < 8) {
    throw new InputError(
      `${fileName}: is truncated: a safetensors file starts with 8 bytes of header length, but it has ${blob.size} bytes.`,
    );
  }
  const length = new DataView(await readBytes(blob, 0, 8, fileName)).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) {
    throw new InputError(
      `${fileName}: is no safetensors file: its first 8 bytes give a header of ${length} bytes; the limit is ${maxHeaderBytes}.`,
    );
  }
  if (8n + length > BigInt(blob.size)) {
    throw new InputError(
      `${fileName}: is truncated: the header ends at byte ${8n + length}, but the file has ${blob.size} bytes. Get the file again.`,
    );
  }
  return Number(length);
}

function decodeUtf8(bytes: ArrayBuffer, fileName: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InputError(`${fileName}: the safetensors header is not UTF-8 text. Get the file again.`);
  }
}

function parseHeaderJson(text: string, fileName: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : '';
    throw new InputError(`${fileName}: the safetensors header is not valid JSON (${reason}). Get the file again.`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InputError(`${fileName}: the safetensors header must be a JSON object of tensors.`);
  }
  const names = Object.keys(json).length;
  const keys = countTopLevelKeys(text);
  if (keys !== names) {
    throw new InputError(`${fileName}: the safetensors header names ${keys} tensors, but only ${names} names differ.`);
  }
  return { ...json };
}

/** Colons outside strings at depth 1: JSON.parse keeps the last of two equal keys in silence, this count does not. */
function countTopLevelKeys(text: string): number {
  let depth = 0;
  let keys = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else if (char === ':' && depth === 1) keys += 1;
  }
  return keys;
}

function parseMetadata(value: unknown, fileName: string): Record<string, string> {
  const parsed = metadataSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(`${fileName}: "__metadata__" in the safetensors header must map names to text.`);
}

function parseEntry(name: string, value: unknown, dataStart: number, fileName: string): TensorEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    throw new InputError(`${fileName}: tensor "${name}" has a bad header entry: ${where}${issue?.message ?? ''}`);
  }
  const { dtype, shape } = parsed.data;
  const [begin, end] = parsed.data.data_offsets;
  const elementBytes = dtypeBytes.get(dtype);
  if (elementBytes === undefined) {
    throw new InputError(
      `${fileName}: tensor "${name}" has the unknown dtype "${dtype}"; known are ${[...dtypeBytes.keys()].join(', ')}.`,
    );
  }
  const bytes = shape.reduce((product, n) => product * n, elementBytes);
  if (end - begin !== bytes) {
    throw new InputError(
      `${fileName}: tensor "${name}" ${dtype} [${shape.join(', ')}] needs ${bytes} bytes, but its data_offsets ${begin} to ${end} give ${end - begin}.`,
    );
  }
  return { name, dtype, shape, start: dataStart + begin, end: dataStart + end };
}

/** Tensors must fill the file without gap or overlap, as the reference reader demands. */
function checkLayout(entries: TensorEntry[], dataStart: number, fileSize: number, fileName: string): void {
  const ordered = entries.sort((a, b) => a.start - b.start || a.end - b.end);
  const last = ordered.reduce((end, entry) => Math.max(end, entry.end), dataStart);
  let position = dataStart;
  for (const entry of ordered) {
    if (entry.end > fileSize) {
      throw new InputError(
        `${fileName}: is truncated: tensor "${entry.name}" ends at byte ${entry.end}; expected a file of ${last} bytes, but it has ${fileSize}. Get the file again.`,
      );
    }
    if (entry.start !== position) {
      const problem = entry.start < position ? 'overlaps the tensor before it' : 'leaves a gap before it';
      throw new InputError(
        `${fileName}: tensor "${entry.name}" ${problem}: expected its data at byte ${position}, found ${entry.start}.`,
      );
    }
    position = entry.end;
  }
  if (last !== fileSize) {
    throw new InputError(
      `${fileName}: expected ${last} bytes by its header, but it has ${fileSize}. Get the file again.`,
    );
  }
}
