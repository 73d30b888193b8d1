/** Puts a flat batch into the arena's batch buffers. */
import { attentionTileSizes } from '../../kernels/attention/attention';
import { attentionTiles, type AttentionTiles } from '../../kernels/attention/spans';
import { groupAllTargets, groupTargets } from '../../kernels/rows/group-rows';
import type { ModelConfig } from '../config';
import type { Arena } from './arena';
import type { Engine } from './engine';
import type { FlatBatch } from './flat-batch';

/** What the kernels of a pass need to know of the batch on the host. */
export interface LoadedBatch {
  tokens: number;
  rows: number;
  sequences: number;
  tiles: AttentionTiles;
  /** Different ids and positions in the batch, for the gradients of the embeddings; 0 unless in full training. */
  idTargets: number;
  idMembers: number;
  positionTargets: number;
}

/** Uploads `batch`; the arena's capacity must hold it. */
export function loadBatch(engine: Engine, config: ModelConfig, arena: Arena, batch: FlatBatch): LoadedBatch {
  const { runtime } = engine;
  const write = (name: string, data: Uint32Array<ArrayBuffer>) => runtime.write(arena.buffer(`batch.${name}`), data);
  const ratio = config.family === 'llama' ? config.heads / config.kvHeads : 1;
  const tiles = attentionTiles(batch.spans, ratio, attentionTileSizes(engine.attention));
  write('ids', batch.ids);
  write('positions', batch.positions);
  write('spans', batch.spans);
  write('tiles', tiles.data);
  write('rowTokens', batch.rowTokens);
  write('targets', batch.targets);
  write('rowSequence', batch.rowSequence);
  if (arena.shape.training) {
    const { starts, members } = groupAllTargets(batch.rowTokens, batch.tokens);
    write('scatterStarts', starts);
    write('scatterMembers', members);
  }
  const loaded = { tokens: batch.tokens, rows: batch.rows, sequences: batch.sequences, tiles };
  if (!arena.shape.full) return { ...loaded, idTargets: 0, idMembers: 0, positionTargets: 0 };
  const padding = config.family === 'llama' ? (config.paddingTokenId ?? undefined) : undefined;
  const byId = groupTargets(batch.ids, padding);
  write('idTargets', byId.ids);
  write('idStarts', byId.starts);
  write('idMembers', byId.members);
  if (config.family !== 'gpt2')
    return { ...loaded, idTargets: byId.ids.length, idMembers: byId.members.length, positionTargets: 0 };
  const byPosition = groupTargets(batch.positions);
  write('positionTargets', byPosition.ids);
  write('positionStarts', byPosition.starts);
  write('positionMembers', byPosition.members);
  return {
    ...loaded,
    idTargets: byId.ids.length,
    idMembers: byId.members.length,
    positionTargets: byPosition.ids.length,
  };
}
