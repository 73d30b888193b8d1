/**
 * Which tile a matmul uses: plain data that tune.ts measures and the caller stores, or a guess from what the device says of
 * itself. Tiles differ in speed and in the last bits of their sums, so a run keeps the choice it began with.
 */
import type { WeightType } from '../../gpu/kernel';
import type { MatmulLayout } from './sources';
import { canRun, type TileFacts, type TileName } from './tiles';

/** A dispatch is cut so that it takes no longer than this at the measured speed: watchdogs of systems end long ones. */
const secondsOfDispatch = 0.1;
/** Where nothing was measured: lavapipe with subgroups reaches 20 to 40 on two cores, SwiftShader 2, a GPU hundreds. */
const guesses = { shuffle: 1e10, plain: 2e9, gpu: 2e11 };

/** Rows of x that matter to the choice: decoding (memory bound) and passes over many tokens. */
export type RowClass = 'few' | 'many';
export const rowClass = (rows: number): RowClass => (rows <= 32 ? 'few' : 'many');

export interface TileEntry {
  readonly tile: TileName;
  readonly flopsPerSecond: number;
}

/** Plain JSON. Keys are "layout.weightType.rowClass"; `fallback` is for what was not measured. */
export interface TileChoice {
  readonly entries: Readonly<Record<string, TileEntry>>;
  readonly fallback: Readonly<Record<RowClass, TileEntry>>;
}

/** The key of a matmul in a choice. */
export const choiceKey = (layout: MatmulLayout, weightType: WeightType, rows: number) =>
  `${layout}.${weightType}.${rowClass(rows)}`;

/** The tile for a matmul, and the floating-point operations of its longest dispatch. */
export function tileFor(choice: TileChoice, layout: MatmulLayout, weightType: WeightType, rows: number) {
  const entry = choice.entries[choiceKey(layout, weightType, rows)] ?? choice.fallback[rowClass(rows)];
  return { tile: entry.tile, maxFlops: entry.flopsPerSecond * secondsOfDispatch };
}

/** One tile for everything. */
export function fixedTile(tile: TileName, flopsPerSecond = guesses.shuffle): TileChoice {
  const entry = { tile, flopsPerSecond };
  return { entries: {}, fallback: { few: entry, many: entry } };
}

/** What to use before anything is measured. @param software the adapter computes on the CPU */
export function defaultTiles(facts: TileFacts, software: boolean): TileChoice {
  const cpu = facts.shuffle ? guesses.shuffle : guesses.plain;
  const flopsPerSecond = software ? cpu : guesses.gpu;
  const lanes: TileName = facts.shuffle ? 'shuffle16x32' : 'lanes8x32';
  const block: TileName = canRun('block64x64', facts) ? 'block64x64' : lanes;
  const [few, many]: [TileName, TileName] = software ? [lanes, lanes] : ['rows8', block];
  return { entries: {}, fallback: { few: { tile: few, flopsPerSecond }, many: { tile: many, flopsPerSecond } } };
}
