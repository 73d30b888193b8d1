/**
 * The elements of a JSON list, one after the other, without ever holding the list. Finds where each element ends by its
 * brackets and quotes, and lets JSON.parse judge it alone: a broken element is a fault of that element. A list that is cut off
 * gives the elements before the cut and a fault for the rest.
 */
import { InputError } from '../../protocol/errors';
import { parseJsonRecord, tooDeep, tooLong } from './json-text';
import type { ImportLimits } from './limits';
import type { RawRecord } from './raw-record';
import { joined } from './read-lines';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

type Place = 'before-list' | 'before-element' | 'in-element' | 'after-element' | 'after-list';

/** Records of a JSON list whose first byte that is no white space is "[". @throws InputError when commas are missing */
export async function* readList(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  limits: ImportLimits,
): AsyncGenerator<RawRecord[]> {
  const scanner = new ListScanner(path, limits);
  for await (const piece of pieces) {
    const batch = scanner.scan(piece);
    if (batch.length > 0) yield batch;
  }
  const rest = scanner.end();
  if (rest !== null) yield [rest];
}

class ListScanner {
  private place: Place = 'before-list';
  private element = 0;
  private depth = 0;
  private deepest = 0;
  private inString = false;
  private escaped = false;
  /** Numbers, true, false and null end at the first byte that cannot be theirs. */
  private bare = false;
  private parts: Uint8Array[] = [];
  private bytes = 0;
  private textAfter = false;

  constructor(
    private readonly path: string,
    private readonly limits: ImportLimits,
  ) {}

  scan(piece: Uint8Array): RawRecord[] {
    const batch: RawRecord[] = [];
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i] as number;
      if (this.place === 'in-element') {
        const ends = this.bare ? endsBare(byte) : this.closes(byte);
        if (!ends) continue;
        const end = this.bare ? i : i + 1;
        this.keep(piece.subarray(start, end));
        const record = this.finish();
        if (record !== null) batch.push(record);
        if (!this.bare) continue;
      }
      if (byte <= 0x20) continue;
      if (this.between(byte)) start = i;
    }
    if (this.place === 'in-element') this.keep(piece.subarray(start));
    return batch;
  }

  /** What is left at the end of the file is the fault of an element. */
  end(): RawRecord | null {
    if (this.place === 'after-list') {
      return this.textAfter ? { line: this.element + 1, fault: 'text follows the end of the list' } : null;
    }
    const inside = this.place === 'in-element' ? this.element : this.element + 1;
    return { line: inside, fault: 'the list is not closed: the file is cut off here' };
  }

  /** Looks at a byte outside elements; true when an element begins with it. */
  private between(byte: number): boolean {
    if (this.place === 'before-list') this.place = 'before-element';
    else if (this.place === 'after-list') this.textAfter = true;
    else if (byte === CLOSE_LIST) this.place = 'after-list';
    else if (this.place === 'before-element') return this.begin(byte);
    else if (byte === COMMA) this.place = 'before-element';
    else throw this.misplaced();
    return false;
  }

  private begin(byte: number): boolean {
    if (byte === COMMA) throw this.misplaced();
    this.place = 'in-element';
    this.element += 1;
    this.inString = byte === QUOTE;
    this.depth = byte === OPEN_LIST || byte === OPEN_OBJECT ? 1 : 0;
    this.deepest = this.depth;
    this.bare = !this.inString && this.depth === 0;
    return true;
  }

  /** True when a byte ends an element that began with a bracket or a quote. */
  private closes(byte: number): boolean {
    if (this.escaped) this.escaped = false;
    else if (this.inString) {
      if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) this.inString = false;
      return !this.inString && this.depth === 0;
    } else if (byte === QUOTE) this.inString = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.deepest = Math.max(this.deepest, ++this.depth);
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) return --this.depth === 0;
    return false;
  }

  private keep(part: Uint8Array): void {
    this.bytes += part.length;
    if (this.bytes > this.limits.recordBytes || this.deepest > this.limits.depth) this.parts = [];
    else this.parts.push(part);
  }

  private finish(): RawRecord | null {
    const { element: line, parts, bytes, deepest, limits } = this;
    this.place = 'after-element';
    this.parts = [];
    this.bytes = 0;
    if (bytes > limits.recordBytes) return { line, fault: tooLong(limits.recordBytes) };
    if (deepest > limits.depth) return { line, fault: tooDeep(limits.depth) };
    return parseJsonRecord(joined(parts, bytes), line, limits);
  }

  private misplaced(): InputError {
    const at = this.element === 0 ? 'before its first element' : `after element ${this.element}`;
    return new InputError(
      `${this.path} is not valid JSON: ${at} a "," or "]" is missing or too many. Repair it, or give one record a line as .jsonl.`,
    );
  }
}

function endsBare(byte: number): boolean {
  return byte <= 0x20 || byte === COMMA || byte === CLOSE_LIST;
}
