/**
 * The memory plan of a run: bytes of GPU memory by category for each stage of a recipe, how many blocks keep their
 * activations within the budget, and a refusal with what would fit. Adds up what the engine allocates; see memory-plan.ts.
 * Leaves out tfjs's buffers (losses, reward head: some MB).
 */
import type { WeightType } from '../../gpu/kernel';
import { normPartials, normStateLength } from '../../kernels/adamw/norm';
import type { LoraConfig } from '../adapter-types';
import type { ModelConfig } from '../config';
import { noRanks, ranksOf, type ArenaBuffer } from './arena';
import { tokenBucket } from './flat-batch';
import { generationBuffers, keptTokens } from './generation-memory';
import {
  arenaBytes,
  blocksThatFit,
  buffersBytes,
  engineBytes,
  parameterBytes,
  readbackBytes,
  ropeTableBytes,
  totalBytes,
  weightBytes,
  type MemoryFigures,
} from './memory-plan';
import { arenaShapeFor } from './workspace';

/** Capacities of a pass over a batch. */
export interface PassWork {
  tokens: number;
  rows: number;
  sequences: number;
  /** Longest sequence. */
  longest: number;
  training: boolean;
  /** Recompute all blocks. */
  checkpointing: boolean;
}

export interface GenerationWork {
  slots: number;
  /** Positions of a slot. */
  capacity: number;
  /** Tokens of one prefill pass. */
  prefillTokens: number;
}

/** What lies on the GPU at the same time in one stage. */
export interface MemoryWork {
  weightType: WeightType;
  /** Of all sets; null for full copies of the weights. */
  lora: LoraConfig | null;
  /** Parameter sets that are loaded: policy, reference... */
  sets: number;
  /** One of the sets is trained: gradient and moments. */
  trains: boolean;
  /** Passes of the stage, of which one arena is there at a time. */
  passes: readonly PassWork[];
  generation: GenerationWork | null;
}

export interface MemoryPlan {
  /** At the stage's peak. */
  bytes: MemoryFigures;
  total: number;
  budgetBytes: number;
  /** Of the training pass; null where nothing is trained. */
  keptBlocks: number | null;
  fits: boolean;
  /** What needs how much, and what would fit; null where it fits. */
  refusal: string | null;
}

/** The plan of one stage within `budgetBytes` of everything the engine holds. */
export function memoryPlan(config: ModelConfig, work: MemoryWork, budgetBytes: number): MemoryPlan {
  const figures = plannedFigures(config, work, budgetBytes);
  const { fits, total } = figures;
  return { ...figures, budgetBytes, refusal: fits ? null : refusalOf(config, work, total, budgetBytes) };
}

function plannedFigures(
  config: ModelConfig,
  work: MemoryWork,
  budgetBytes: number,
): Omit<MemoryPlan, 'budgetBytes' | 'refusal'> {
  const fixed = fixedBytes(config, work);
  const left = budgetBytes - totalBytes(fixed);
  const arenas = arenaShapes(config, work).map(({ checkpointing, ...shape }) => {
    const keptBlocks = shape.training && !checkpointing ? blocksThatFit(config, shape, left) : 0;
    return { keptBlocks: shape.training ? keptBlocks : null, bytes: arenaBytes(config, { ...shape, keptBlocks }) };
  });
  const largest = arenas.toSorted((a, b) => totalBytes(b.bytes) - totalBytes(a.bytes))[0];
  const bytes = sumFigures([fixed, largest?.bytes ?? {}]);
  const total = totalBytes(bytes);
  const keptBlocks = arenas.find(({ keptBlocks: kept }) => kept !== null)?.keptBlocks ?? null;
  return { bytes, total, keptBlocks, fits: total <= budgetBytes };
}

/** What is there whatever arena is. */
function fixedBytes(
  config: ModelConfig,
  { weightType, lora, sets, trains, passes, generation }: MemoryWork,
): MemoryFigures {
  const set = parameterBytes(config, lora);
  const longest = Math.max(0, ...passes.map((pass) => pass.longest), generation?.capacity ?? 0);
  const reads = [...passes.map(({ rows }) => rows * 12), ...(trains ? [set, normStateLength * 4] : [])];
  return sumFigures([
    {
      weights: weightBytes(config, weightType) + ropeTableBytes(config, longest),
      adapters: sets * set,
      engine: engineBytes,
      readback: readbackBytes(reads),
    },
    trains ? { optimiser: 3 * set + 4 * (normPartials([set / 4]) + normStateLength) } : {},
    generation ? buffersBytes(decodeBuffers(config, lora, weightType, generation)) : {},
  ]);
}

function decodeBuffers(
  config: ModelConfig,
  lora: LoraConfig | null,
  weightType: WeightType,
  { slots, capacity }: GenerationWork,
): ArenaBuffer[] {
  const ranks = lora ? ranksOf(config, lora) : noRanks;
  const cacheType = weightType === 'f32' ? 'packed' : weightType;
  return generationBuffers(config, { slots, capacity, keptTokens, cacheType, ranks });
}

/** The arenas that the stage's passes are rounded up to; a prefill reads one row a prompt. */
function arenaShapes(config: ModelConfig, { lora, passes, generation }: MemoryWork) {
  const prefill: PassWork[] = generation
    ? [
        {
          tokens: generation.prefillTokens,
          rows: generation.slots,
          sequences: generation.slots,
          longest: generation.capacity,
          training: false,
          checkpointing: false,
        },
      ]
    : [];
  return [...passes, ...prefill].map(({ training, checkpointing, ...batch }) => ({
    ...arenaShapeFor(config, { batch, lora, training, full: training && lora === null, checkpointing }),
    checkpointing,
  }));
}

function sumFigures(all: readonly MemoryFigures[]): MemoryFigures {
  const sum: Record<string, number> = {};
  for (const figures of all)
    for (const [category, bytes] of Object.entries(figures)) sum[category] = (sum[category] ?? 0) + bytes;
  return sum;
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

/** Says what is too large, and the largest tokens a pass or number of slots that would fit. */
function refusalOf(config: ModelConfig, work: MemoryWork, total: number, budgetBytes: number): string {
  const begin = `This needs ${gigabytes(total)} of GPU memory, and the budget is ${gigabytes(budgetBytes)}.`;
  const weights = weightBytes(config, work.weightType);
  const held = weights + (work.sets + (work.trains ? 3 : 0)) * parameterBytes(config, work.lora);
  if (weights < budgetBytes && work.lora === null && held > budgetBytes)
    return `${begin} Copies of all weights with gradient and moments take ${gigabytes(held - weights)} of it: train LoRA adapters instead.`;
  if (held > budgetBytes)
    return `${begin} The weights alone take ${gigabytes(weights)}: choose a smaller model, or int8 weights once the studio has them.`;
  const smaller = smallerWorks(work).find((one) => plannedFigures(config, one.work, budgetBytes).fits);
  if (!smaller) return `${begin} No shorter length and no fewer responses at a time would fit: choose a smaller model.`;
  const { total: would } = plannedFigures(config, smaller.work, budgetBytes);
  return `${begin} ${smaller.advice}, it needs ${gigabytes(would)}.`;
}

/** The work with less and less in it. */
function smallerWorks(work: MemoryWork): { advice: string; work: MemoryWork }[] {
  if (work.generation) return fewerSlots(work, work.generation);
  const most = Math.max(...work.passes.map(({ tokens }) => tokens));
  const sizes: number[] = [];
  for (let tokens = 64; tokens < tokenBucket(most); tokens = tokenBucket(tokens + 1)) sizes.unshift(tokens);
  return sizes.map((tokens) => ({
    advice: `With at most ${tokens} tokens a pass instead of ${most} (a smaller micro-batch, or a shorter maximum length)`,
    work: {
      ...work,
      passes: work.passes.map((pass) => ({
        ...pass,
        tokens: Math.min(pass.tokens, tokens),
        rows: Math.min(pass.rows, tokens),
        longest: Math.min(pass.longest, tokens),
      })),
    },
  }));
}

function fewerSlots(work: MemoryWork, generation: GenerationWork): { advice: string; work: MemoryWork }[] {
  return Array.from({ length: Math.floor(Math.log2(generation.slots)) }, (_, i) => {
    const slots = Math.floor(generation.slots / 2 ** (i + 1));
    return {
      advice: `With ${slots} responses at a time instead of ${generation.slots} (generationBatchSize)`,
      work: { ...work, generation: { ...generation, slots } },
    };
  });
}
