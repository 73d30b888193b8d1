/**
 * The shapes in which a matmul is cut into workgroups, and which of them a device can run. A tile is plain data; its WGSL is
 * in block-tile.ts, lane-tile.ts and row-tile.ts. Leaves out which tile is quickest where; see tune.ts.
 */

/** Workgroup-memory tile of real GPUs: `rows` x `columns` outputs by threads of `threadRows` x 4 outputs each. */
export interface BlockTile {
  readonly style: 'block';
  readonly rows: number;
  readonly columns: number;
  readonly threadRows: number;
}

/**
 * Barrier-free register tile: a workgroup of 8 lanes, each with 4 columns and up to `rows` rows. With `shuffle` the lanes load
 * x together and pass it on by subgroupShuffle, else each lane loads all of it. For CPU-like adapters, where a lane is a SIMD
 * lane and a load costs as much as dozens of multiply-adds.
 */
export interface LaneTile {
  readonly style: 'lanes';
  readonly rows: number;
  readonly shuffle: boolean;
}

/** Few rows (decoding): the lanes of a workgroup split K, each weight is read once, and a tree sums the lanes. */
export interface RowTile {
  readonly style: 'rows';
  readonly rows: number;
}

export type Tile = BlockTile | LaneTile | RowTile;

export const matmulTiles = {
  block64x64: { style: 'block', rows: 64, columns: 64, threadRows: 4 },
  block32x128: { style: 'block', rows: 32, columns: 128, threadRows: 4 },
  shuffle16x32: { style: 'lanes', rows: 16, shuffle: true },
  lanes8x32: { style: 'lanes', rows: 8, shuffle: false },
  rows8: { style: 'rows', rows: 8 },
} as const satisfies Record<string, Tile>;

export type TileName = keyof typeof matmulTiles;
export const tileNames = Object.keys(matmulTiles) as TileName[];

/** Lanes of a LaneTile; the smallest subgroup that its shuffle works in. */
export const laneCount = 8;

/** Rows of one workgroup's block: a tile for many rows takes fewer when there are fewer, so that none is computed for nothing. */
export function blockRows(tile: Tile, rows: number): number {
  return tile.style === 'block' ? tile.rows : Math.min(tile.rows, 2 ** Math.ceil(Math.log2(rows)));
}

/** What of a device decides which tiles it can run. */
export interface TileFacts {
  /** Subgroups of at least `laneCount` lanes, known before compiling. */
  readonly shuffle: boolean;
  readonly workgroupThreads: number;
}

export function tileFacts(device: GPUDevice): TileFacts {
  const smallest = device.features.has('subgroups') ? (device.adapterInfo.subgroupMinSize ?? 0) : 0;
  return { shuffle: smallest >= laneCount, workgroupThreads: device.limits.maxComputeInvocationsPerWorkgroup };
}

export function canRun(name: TileName, facts: TileFacts): boolean {
  const tile: Tile = matmulTiles[name];
  if (tile.style === 'lanes') return facts.shuffle || !tile.shuffle;
  return tile.style === 'rows' || facts.workgroupThreads >= (tile.rows / tile.threadRows) * (tile.columns / 4);
}
