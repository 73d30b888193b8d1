/** Keeps the arena of the last passes and makes a larger one when a batch needs it; the steady state makes none. */
import type { Runtime } from '../../gpu/runtime';
import type { LoraConfig } from '../adapter-types';
import type { ModelConfig } from '../config';
import { createArena, noRanks, ranksOf, type Arena, type ArenaShape } from './arena';
import { tokenBucket, type FlatBatch } from './flat-batch';
import { arenaBytes, blocksThatFit, totalBytes } from './memory-plan';
import { DeviceError } from '../../protocol/errors';

export interface WorkspaceRequest {
  batch: Pick<FlatBatch, 'tokens' | 'rows' | 'sequences'>;
  lora: LoraConfig | null;
  training: boolean;
  full: boolean;
  /** Recompute every block, whatever the budget. */
  checkpointing: boolean;
}

export interface Workspace {
  /** An arena that holds the batch. The one from before is gone when it was too small. */
  arena(request: WorkspaceRequest): Arena;
  release(): void;
}

/** The capacities that a request is rounded up to. */
export function arenaShapeFor(config: ModelConfig, request: WorkspaceRequest): Omit<ArenaShape, 'keptBlocks'> {
  const { batch, lora, training, full } = request;
  const tokens = tokenBucket(batch.tokens);
  return {
    tokens,
    rows: tokenBucket(batch.rows),
    sequences: tokenBucket(batch.sequences),
    training,
    full,
    ranks: lora ? ranksOf(config, lora) : noRanks,
  };
}

/** @param budgetBytes of everything the runtime holds */
export function createWorkspace(runtime: Runtime, config: ModelConfig, budgetBytes: number): Workspace {
  let current: { arena: Arena; key: string } | null = null;
  const release = () => {
    current?.arena.dispose();
    current = null;
  };
  const holds = (shape: Omit<ArenaShape, 'keptBlocks'>, key: string): boolean => {
    if (!current || current.key !== key) return false;
    const has = current.arena.shape;
    return has.tokens >= shape.tokens && has.rows >= shape.rows && has.sequences >= shape.sequences;
  };
  return {
    arena: (request) => {
      let shape = arenaShapeFor(config, request);
      const key = JSON.stringify([shape.ranks, shape.training, shape.full, request.checkpointing]);
      if (current && holds(shape, key)) return current.arena;
      if (current?.key === key) shape = { ...shape, ...larger(current.arena.shape, shape) };
      release();
      const left = budgetBytes - runtime.ledger.total();
      const keptBlocks = !shape.training || request.checkpointing ? 0 : blocksThatFit(config, shape, left);
      const needed = totalBytes(arenaBytes(config, { ...shape, keptBlocks }));
      if (needed > left) throw tooLarge(shape.tokens, needed, left, budgetBytes);
      current = { arena: createArena(runtime, config, { ...shape, keptBlocks }), key };
      return current.arena;
    },
    release,
  };
}

function larger(a: ArenaShape, b: Omit<ArenaShape, 'keptBlocks'>) {
  return {
    tokens: Math.max(a.tokens, b.tokens),
    rows: Math.max(a.rows, b.rows),
    sequences: Math.max(a.sequences, b.sequences),
  };
}

function tooLarge(tokens: number, needed: number, left: number, budget: number): DeviceError {
  const gigabytes = (bytes: number) => `${(Math.max(0, bytes) / 1e9).toFixed(2)} GB`;
  return new DeviceError(
    `A pass over ${tokens} tokens needs ${gigabytes(needed)} of GPU memory, and ${gigabytes(left)} of the budget of ${gigabytes(budget)} are left. ` +
      'Lower the micro-batch size or the maximum length, or raise the memory budget if the card has more.',
  );
}
