/** Token and position embeddings, forward, and their gradients in full-parameter training. */
import { embed } from '../../kernels/embedding/embedding';
import { addRows } from '../../kernels/rows/rows';
import type { ModelConfig } from '../config';
import type { Arena } from './arena';
import type { LoadedBatch } from './batch-upload';
import { outerNames } from './block-names';
import type { Engine } from './engine';
import type { PassWeights } from './pass-weights';

export interface EmbeddingPass {
  engine: Engine;
  config: ModelConfig;
  arena: Arena;
  weights: PassWeights;
  batch: LoadedBatch;
}

/** x [tokens, hidden] = embedding of the batch's ids (+ positions, GPT-2). */
export function runEmbedding({ engine, config, arena, weights, batch }: EmbeddingPass, x: GPUBuffer): void {
  const names = outerNames(config);
  const { matrix } = weights.matrix(names.embedding);
  const learned = names.positions === undefined ? null : weights.matrix(names.positions).matrix;
  engine.runtime.run(
    embed(
      {
        rows: batch.tokens,
        width: config.hiddenSize,
        weightType: matrix.type,
        tableStride: matrix.stride,
        ...(learned && { positionStride: learned.stride }),
      },
      {
        tokens: { buffer: arena.buffer('batch.ids') },
        table: matrix.part,
        x: { buffer: x },
        ...(learned && { positions: { buffer: arena.buffer('batch.positions') }, positionTable: learned.part }),
      },
    ),
  );
}

/** Adds the gradient in "dx" to the rows of the embeddings that the batch used. */
export function runEmbeddingBackward({ engine, config, arena, weights, batch }: EmbeddingPass): void {
  const names = outerNames(config);
  const addTo = (name: string, group: 'id' | 'position', targets: number, members: number) => {
    const { gradient } = weights.matrix(name);
    if (!gradient) return;
    const part = (what: string) => ({ buffer: arena.buffer(`batch.${group}${what}`) });
    engine.runtime.run(
      addRows(
        { targets, members, width: config.hiddenSize },
        {
          dy: { buffer: arena.buffer('dx') },
          ids: part('Targets'),
          starts: part('Starts'),
          members: part('Members'),
          dx: gradient,
        },
      ),
    );
  };
  addTo(names.embedding, 'id', batch.idTargets, batch.idMembers);
  if (names.positions !== undefined) addTo(names.positions, 'position', batch.positionTargets, batch.tokens);
}
