/**
 * The bytes of a chosen file in pieces, unpacked where they are gzip. Never holds more than a few pieces; ends with a clear
 * error for damaged data and for gzip bombs. What the bytes mean is left to the readers.
 */
import { InputError } from '../../protocol/errors';
import type { NamedFile } from '../../protocol/library';
import type { ImportLimits } from './limits';
import type { ReadOptions } from './raw-record';

const PLAIN_PIECE = 1 << 18;
/** Small, so that a bomb cannot unpack to much before it is counted. */
const PACKED_PIECE = 1 << 15;

/** The unpacked bytes of a file. @throws InputError for gzip data that is damaged or too large */
export async function* readBytes(file: NamedFile, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const packed = await isGzip(file);
  if (packed) yield* unpack(file, options);
  else yield* readPieces(file.file, PLAIN_PIECE, options);
}

/** The text bytes of a file: without UTF-8's mark; other encodings and binary data are refused by name. */
export async function* readTextBytes(file: NamedFile, options: ReadOptions): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const piece of readBytes(file, options)) {
    yield first ? withoutMark(piece, file.path) : piece;
    first = false;
  }
}

/** By its first bytes. @throws InputError for an empty file, and for one that is only named .gz */
async function isGzip({ path, file }: NamedFile): Promise<boolean> {
  if (file.size === 0) throw emptyFile(path);
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const packed = start[0] === 0x1f && start[1] === 0x8b;
  if (packed || !/\.gz$/i.test(path)) return packed;
  throw new InputError(
    `${path} is named .gz but is not gzip data. Load it again from its source, or drop ".gz" from its name.`,
  );
}

export function emptyFile(path: string): InputError {
  return new InputError(`${path} is empty. Choose a file with at least one record.`);
}

async function* readPieces(
  blob: Blob,
  size: number,
  { signal, onBytes }: Pick<ReadOptions, 'signal' | 'onBytes'>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let start = 0; start < blob.size; start += size) {
    signal?.throwIfAborted();
    yield new Uint8Array(await blob.slice(start, start + size).arrayBuffer());
    onBytes?.(Math.min(start + size, blob.size));
  }
}

async function* unpack({ path, file }: NamedFile, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const pieces = readPieces(file, PACKED_PIECE, options);
  let packedBytes = 0;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: async (controller) => {
        const { done, value } = await pieces.next();
        if (done) return controller.close();
        packedBytes += value.length;
        controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    let unpackedBytes = 0;
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        options.signal?.throwIfAborted();
        throw damagedGzip(path, error);
      });
      if (done) return;
      unpackedBytes += value.length;
      refuseBomb(path, packedBytes, unpackedBytes, options.limits);
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function damagedGzip(path: string, cause: unknown): InputError {
  return new InputError(
    `${path} cannot be unpacked: the gzip data is cut off or damaged. Load the file again from its source.`,
    { cause },
  );
}

function refuseBomb(path: string, packed: number, unpacked: number, limits: ImportLimits): void {
  if (unpacked > limits.unpackedBytes) {
    throw new InputError(
      `${path} unpacks to more than ${megabytes(limits.unpackedBytes)}. Split it into smaller files.`,
    );
  }
  if (unpacked <= limits.gzipFreeBytes || unpacked <= packed * limits.gzipRatio) return;
  throw new InputError(
    `${path} unpacks to more than ${limits.gzipRatio} times its size (${megabytes(unpacked)} so far), as no text does: it may be made to fill memory. ` +
      'Unpack it yourself if you trust it.',
  );
}

export function megabytes(bytes: number): string {
  return `${Math.max(0.1, Math.round(bytes / 1e5) / 10)} MB`;
}

function withoutMark(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16 || bytes.subarray(0, 4096).includes(0)) {
    throw new InputError(`${path} is not UTF-8 text${isUtf16 ? ' but UTF-16' : ''}. Save it as UTF-8 and try again.`);
  }
  return bytes;
}
