/** One JSON record a line, in batches. Blank lines count but give nothing; a line over the limit is dropped as it comes. */
import { parseJsonRecord, tooLong } from './json-text';
import type { ImportLimits } from './limits';
import type { RawRecord } from './raw-record';

const NEWLINE = 0x0a;

/** Records of JSON lines, one batch for each piece of bytes. */
export async function* readLines(pieces: AsyncIterable<Uint8Array>, limits: ImportLimits): AsyncGenerator<RawRecord[]> {
  const line = new LineBuffer(limits);
  for await (const piece of pieces) {
    const batch: RawRecord[] = [];
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      line.append(piece.subarray(start, end));
      start = end + 1;
      const record = line.finish();
      if (record !== null) batch.push(record);
    }
    line.append(piece.subarray(start));
    if (batch.length > 0) yield batch;
  }
  const last = line.finish();
  if (last !== null) yield [last];
}

/** The line that is being read, which may come in several pieces. */
class LineBuffer {
  private parts: Uint8Array[] = [];
  private bytes = 0;
  private number = 1;

  constructor(private readonly limits: ImportLimits) {}

  append(part: Uint8Array): void {
    this.bytes += part.length;
    if (this.bytes > this.limits.recordBytes) this.parts = [];
    else if (part.length > 0) this.parts.push(part);
  }

  /** Null for a blank line. */
  finish(): RawRecord | null {
    const { bytes, parts, limits } = this;
    const line = this.number++;
    this.bytes = 0;
    this.parts = [];
    if (bytes > limits.recordBytes) return { line, fault: tooLong(limits.recordBytes) };
    return parseJsonRecord(joined(parts, bytes), line, limits);
  }
}

export function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
