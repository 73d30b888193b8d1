/**
 * Which matmul tiles a run computes with: those it began with, else those measured before on this adapter for these
 * widths, else measured now and remembered. The measuring itself is in src/kernels/matmul/tune.ts.
 */
import type { WeightType } from '../gpu/kernel';
import type { Runtime } from '../gpu/runtime';
import { defaultTiles, type TileChoice, type TileEntry } from '../kernels/matmul/choice';
import { canRun, tileFacts, tileNames, type TileFacts } from '../kernels/matmul/tiles';
import { tuneMatmul, type MatmulShape } from '../kernels/matmul/tune';
import type { ModelConfig } from '../model/config';
import { linearMaps } from '../model/fused/layout';
import type { Recipe } from '../protocol/recipe';
import type { AdapterSummary } from '../protocol/adapter';
import type { RunEngine } from '../protocol/run-state';
import type { StoredTiles } from '../storage/records';
import type { TuningStore } from '../storage/tuning-store';
import { canonicalJson } from './canonical-json';

export interface TilesJob {
  runtime: Runtime;
  adapter: AdapterSummary;
  config: ModelConfig;
  recipe: Pick<Recipe, 'parameters' | 'generationBatchSize'>;
  /** Those that the run began with; null for a run that begins. */
  kept: StoredTiles | null;
  tuning: TuningStore;
  onActivity(text: string): void;
}

export interface ChosenTiles {
  tiles: TileChoice;
  from: NonNullable<RunEngine['tiles']>;
}

export const measuringText = 'Measuring the fastest kernels for this GPU (once)';

/** Rows of a pass over many tokens. */
const manyRows = 512;
/** Most rows that count as few, and most slots that decode side by side in that class. */
const fewRows = 32;
/** A pass over the vocabulary is cut into chunks of about this many columns. */
const headColumns = 8192;

/**
 * A software adapter shares its processor with everything else, so measured times would choose differently from run to
 * run, and the last bits with them: it always gets the defaults.
 */
export async function chooseTiles(job: TilesJob): Promise<ChosenTiles> {
  const { runtime, adapter, config, recipe, kept, tuning } = job;
  const facts = tileFacts(runtime.device);
  const own = kept && usableTiles(kept, facts);
  if (own) return { tiles: own, from: 'kept' };
  if (adapter.software) return { tiles: defaultTiles(facts, true), from: 'default' };
  const shapes = tuningShapes(config, recipe, runtime.halves);
  const key = tuningKey(adapter, shapes);
  const remembered = await tuning.get(key);
  const usable = remembered && usableTiles(remembered, facts);
  if (usable) return { tiles: usable, from: 'remembered' };
  job.onActivity(measuringText);
  const tiles = await tuneMatmul(runtime, shapes, false);
  await tuning.put(key, tiles);
  return { tiles, from: 'measured' };
}

/** The choice with known names; null when one is unknown to this version or cannot run on this device. */
export function usableTiles({ entries, fallback }: StoredTiles, facts: TileFacts): TileChoice | null {
  const usable = ({ tile, flopsPerSecond }: StoredTiles['fallback']['few']): TileEntry[] => {
    const name = tileNames.find((known) => known === tile);
    return name && canRun(name, facts) ? [{ tile: name, flopsPerSecond }] : [];
  };
  const named = Object.entries(entries).flatMap(([key, entry]) => usable(entry).map((found) => [key, found] as const));
  const [few] = usable(fallback.few);
  const [many] = usable(fallback.many);
  if (!few || !many || named.length < Object.keys(entries).length) return null;
  return { entries: Object.fromEntries(named), fallback: { few, many } };
}

/** The matmuls of a block and of the head, both ways, over many tokens and over the slots of generation. */
export function tuningShapes(
  config: ModelConfig,
  { parameters, generationBatchSize }: TilesJob['recipe'],
  halves: Runtime['halves'],
): MatmulShape[] {
  const types: WeightType[] = parameters === 'full' ? [halves, 'f32'] : [halves];
  const forward = config.family === 'llama' ? 'nt' : 'nn';
  const maps = linearMaps(config, 0).map(({ inFeatures, outFeatures }) => ({
    layout: forward as MatmulShape['layout'],
    in: inFeatures,
    out: outFeatures,
  }));
  const head = { layout: 'nt' as const, in: config.hiddenSize, out: Math.min(config.vocabSize, headColumns) };
  return types.flatMap((weightType) =>
    [...maps, head].flatMap((map): MatmulShape[] => {
      const there = { layout: map.layout, weightType, k: map.in, n: map.out };
      const back = { layout: map.layout === 'nt' ? 'nn' : 'nt', weightType, k: map.out, n: map.in } as const;
      return [
        { ...there, rows: manyRows },
        { ...back, rows: manyRows },
        { ...there, rows: Math.min(fewRows, generationBatchSize) },
      ];
    }),
  );
}

/** The adapter with its features, and all that is measured. */
function tuningKey({ vendor, architecture, description, features }: AdapterSummary, shapes: MatmulShape[]): string {
  return canonicalJson({ vendor, architecture, description, features, shapes, tiles: tileNames });
}
