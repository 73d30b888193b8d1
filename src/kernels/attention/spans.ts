/**
 * Who attends to whom when all sequences of a batch lie on one token axis, and how that is cut into tiles for workgroups.
 * A group is [prefix][branch 1][branch 2]...; branches attend to the prefix and to themselves. Host code only.
 */

/** One group of sequences that share a prefix; a plain sequence is a group with prefix 0 and one branch. */
export interface SpanGroup {
  /** Tokens of the shared prefix. */
  prefix: number;
  /** Tokens of each branch. */
  branches: readonly number[];
}

/**
 * `spans` [T] of vec4<u32>: (prefixStart, prefixEnd, ownStart, end). Token t attends keys [prefixStart, prefixEnd) and
 * [ownStart, t]; as a key it is attended by the queries [t, end).
 */
export function attentionSpans(groups: readonly SpanGroup[]): Uint32Array<ArrayBuffer> {
  const lengths = groups.map(({ prefix, branches }) => branches.reduce((sum, length) => sum + length, prefix));
  const spans = new Uint32Array(4 * lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  const fill = (length: number, span: readonly number[]) => {
    for (let i = 0; i < length; i++) spans.set(span, 4 * at++);
  };
  groups.forEach(({ prefix, branches }, group) => {
    const start = at;
    fill(prefix, [start, start, start, start + lengths[group]!]);
    for (const length of branches) fill(length, [start, start + prefix, at, at + length]);
  });
  return spans;
}

/** A run of tokens with one span: a prefix or a branch. */
interface Segment {
  start: number;
  stop: number;
  prefix: number;
  /** End of the queries that attend its tokens. */
  end: number;
}

function segmentsOf(spans: Uint32Array): Segment[] {
  const segments: Segment[] = [];
  for (let token = 0; token < spans.length / 4; token++) {
    const at = 4 * token;
    const start = spans[at + 2]!;
    const last = segments.at(-1);
    if (last && last.start === start) last.stop = token + 1;
    else segments.push({ start, stop: token + 1, prefix: spans[at + 1]! - spans[at]!, end: spans[at + 3]! });
  }
  return segments;
}

/** (query, key) pairs that are attended, of one head. */
export function attendedPairs(spans: Uint32Array): number {
  return segmentsOf(spans).reduce((sum, { start, stop, prefix }) => {
    const length = stop - start;
    return sum + length * prefix + (length * (length + 1)) / 2;
  }, 0);
}

export interface TileSizes {
  /** Query rows a workgroup; a row is one token and one of the query heads that share a key head. */
  queryTile: number;
  /** Key tokens a workgroup. */
  keyTile: number;
}

/**
 * The work of one batch: pairs (start, stop) of query rows, then pairs of key tokens. Row r of a key head is token
 * floor(r / ratio) and its head r % ratio. No tile spans two segments; within each list the longest work comes first.
 */
export interface AttentionTiles {
  readonly data: Uint32Array<ArrayBuffer>;
  readonly tokens: number;
  readonly queryTiles: number;
  readonly keyTiles: number;
  /** Attended (query, key) pairs of one head. */
  readonly pairs: number;
}

/** @param ratio query heads a key head */
export function attentionTiles(spans: Uint32Array, ratio: number, sizes: TileSizes): AttentionTiles {
  const segments = segmentsOf(spans);
  const queries = segments.flatMap(({ start, stop, prefix }) =>
    cut(start * ratio, stop * ratio, sizes.queryTile, (_, rowStop) => prefix + Math.ceil(rowStop / ratio) - start),
  );
  const keys = segments.flatMap(({ start, stop, end }) => cut(start, stop, sizes.keyTile, (first) => end - first));
  queries.sort((a, b) => b.work - a.work);
  keys.sort((a, b) => b.work - a.work);
  return {
    data: Uint32Array.from([...queries, ...keys].flatMap(({ start, stop }) => [start, stop])),
    tokens: spans.length / 4,
    queryTiles: queries.length,
    keyTiles: keys.length,
    pairs: attendedPairs(spans),
  };
}

/** Bytes that hold the tiles of any batch of `tokens` tokens in `segments` prefixes and branches. */
export function attentionTileBytes(tokens: number, segments: number, ratio: number, sizes: TileSizes): number {
  const tiles = Math.floor((tokens * ratio) / sizes.queryTile) + Math.floor(tokens / sizes.keyTile) + 2 * segments;
  return 8 * tiles;
}

interface Tile {
  start: number;
  stop: number;
  work: number;
}

function cut(start: number, stop: number, size: number, work: (start: number, stop: number) => number): Tile[] {
  return Array.from({ length: Math.ceil((stop - start) / size) }, (_, i) => {
    const [first, last] = [start + i * size, Math.min(stop, start + (i + 1) * size)];
    return { start: first, stop: last, work: work(first, last) };
  });
}
