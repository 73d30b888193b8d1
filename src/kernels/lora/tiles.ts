/**
 * How the LoRA kernels share out their work, which differs between GPUs and GPUs in software: a GPU wants many threads and
 * neighbouring addresses in neighbouring lanes; lavapipe wants few loads whose address differs between lanes. Results
 * are equal up to the order of sums; one machine always uses one of them. Leaves out the kernels.
 */

/** 'software' where the adapter is a CPU (AdapterSummary.software). */
export type LoraMachine = 'gpu' | 'software';

/** Tile of a product that is reduced over a long axis into few outputs. */
export interface ReduceTile {
  /** Tokens a lane holds. */
  tokens: number;
  /** Ranks a lane holds; a multiple of 4. */
  ranks: number;
  /** Lanes that share out one sum; with 1 the other factor's addresses are the same for all lanes. */
  lanes: number;
  workgroup: number;
}

/** @param dropout its mask costs more than the multiply-adds, so it is computed once for more ranks */
export function reduceTile(machine: LoraMachine, ranks: number, dropout: boolean): ReduceTile {
  const wide = dropout && ranks > 8;
  const tile = { tokens: wide && machine === 'gpu' ? 2 : 4, ranks: wide ? 16 : ranks > 4 ? 8 : 4 };
  return machine === 'gpu' ? { ...tile, lanes: 32, workgroup: 64 } : { ...tile, lanes: 1, workgroup: 16 };
}

/** Tile of a product that is summed over tokens; see OuterProduct. */
export interface GradientTile {
  rows: number;
  columns: 1 | 4;
  slices: number;
}

/** @param vectors rows of the wide factor are multiples of 4 */
export function gradientTile(machine: LoraMachine, ranks: number, vectors: boolean): GradientTile {
  const rows = ranks > 8 ? 16 : ranks > 4 ? 8 : 4;
  return machine === 'gpu' ? { rows, columns: 1, slices: 4 } : { rows, columns: vectors ? 4 : 1, slices: 1 };
}
