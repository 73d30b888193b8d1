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
  /** Lanes of a workgroup of 64 that share out one sum; with 1 the other factor's addresses are the same for all lanes. */
  lanes: 1 | 32;
}

/** Few sizes, so that few kernels are compiled. */
const tileOf = (ranks: number, largest: number) =>
  Math.min(largest, ranks > 16 ? 32 : ranks > 8 ? 16 : ranks > 4 ? 8 : 4);

export function reduceTile(machine: LoraMachine, ranks: number, dropout: boolean): ReduceTile {
  const lanes = machine === 'gpu' ? 32 : 1;
  // The mask costs more than the multiply-adds: it is computed once for as many ranks as possible.
  if (dropout) return { tokens: 1, ranks: tileOf(ranks, 32), lanes };
  return { tokens: machine === 'gpu' ? 4 : 1, ranks: tileOf(ranks, machine === 'gpu' ? 8 : 16), lanes };
}

/** Tile of a product that is summed over tokens; see OuterProduct. */
export interface GradientTile {
  rows: number;
  columns: 1 | 4;
  slices: number;
}

export function gradientTile(machine: LoraMachine, ranks: number, vectors: boolean): GradientTile {
  const rows = tileOf(ranks, 16);
  return machine === 'gpu' ? { rows, columns: 1, slices: 4 } : { rows, columns: vectors ? 4 : 1, slices: 1 };
}
