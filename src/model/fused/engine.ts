/** What every part of the fused engine works with: the runtime and the tile choices of this adapter. */
import type { Dispatch } from '../../gpu/kernel';
import type { ParamsSchema } from '../../gpu/params';
import type { Runtime } from '../../gpu/runtime';
import { attentionTuning, type AttentionTuning } from '../../kernels/attention/attention';
import type { LoraMachine } from '../../kernels/lora/tiles';
import { defaultTiles, tileFor, type TileChoice } from '../../kernels/matmul/choice';
import { tileFacts } from '../../kernels/matmul/tiles';

export interface Engine {
  runtime: Runtime;
  /** Which shape of tiles suits: a GPU's, or a CPU's that plays GPU. */
  machine: LoraMachine;
  attention: AttentionTuning;
  tiles: TileChoice;
  /** Weight gradients pass values between lanes; see src/kernels/weight-gradient. */
  shuffledGradients: boolean;
  /** Floating-point operations of the longest dispatch, so that none nears the driver's watchdog. */
  maxFlops: number;
  runAll(dispatches: readonly Dispatch<ParamsSchema>[]): void;
}

export interface EngineOptions {
  /** The adapter computes on the CPU. */
  software: boolean;
  /** Measured on this adapter; a guess when absent. */
  tiles?: TileChoice | undefined;
}

export function createEngine(runtime: Runtime, options: EngineOptions): Engine {
  const facts = tileFacts(runtime.device);
  const { software, tiles = defaultTiles(facts, software) } = options;
  return {
    runtime,
    machine: software ? 'software' : 'gpu',
    attention: attentionTuning(software, facts.shuffle),
    tiles,
    shuffledGradients: software && facts.shuffle,
    maxFlops: tileFor(tiles, 'nn', 'f32', 1024).maxFlops,
    runAll: (dispatches) => {
      for (const dispatch of dispatches) runtime.run(dispatch);
    },
  };
}
