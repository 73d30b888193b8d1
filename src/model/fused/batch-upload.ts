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
  /** Different tokens read, where these are not all; see BlockPass. */
  read: number | null;
  /** Different ids and positions in the batch, for the gradients of the embeddings; 0 unless in full training. */
  idTargets: number;
  idMembers: number;
  positionTargets: number;
}

type Write = (name: string, data: Uint32Array<ArrayBuffer>) => void;

/** Uploads `batch`; the arena's capacity must hold it. */
export function loadBatch(engine: Engine, config: ModelConfig, arena: Arena, batch: FlatBatch): LoadedBatch {
  const { runtime } = engine;
  const write: Write = (name, data) => runtime.write(arena.buffer(`batch.${name}`), data);
  const ratio = config.family === 'llama' ? config.heads / config.kvHeads : 1;
  const tiles = attentionTiles(batch.spans, ratio, attentionTileSizes(engine.attention));
  write('ids', batch.ids);
  write('positions', batch.positions);
  write('spans', batch.spans);
  write('tiles', tiles.data);
  write('targets', batch.targets);
  write('rowSequence', batch.rowSequence);
  const read = loadRows(write, batch, arena.shape.training);
  const loaded = { tokens: batch.tokens, rows: batch.rows, sequences: batch.sequences, tiles, read };
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

/**
 * Uploads the different tokens read in ascending order, the place of each row's token among them, and in training the lists
 * that sum rows into tokens read, and spread these over all tokens. Where all are read, each is at its own place.
 */
function loadRows(write: Write, { rows, rowTokens, tokens }: FlatBatch, training: boolean): number | null {
  const { ids, starts, members } = groupTargets(rowTokens);
  const rowPlaces = new Uint32Array(rows);
  ids.forEach((_, place) => {
    for (let i = starts[place]!; i < starts[place + 1]!; i++) rowPlaces[members[i]!] = place;
  });
  write('readTokens', ids);
  write('rowPlaces', rowPlaces);
  if (training) {
    const spread = groupAllTargets(ids, tokens);
    write('scatterStarts', starts);
    write('scatterMembers', members);
    write('readStarts', spread.starts);
    write('readMembers', spread.members);
  }
  return ids.length < tokens ? ids.length : null;
}
