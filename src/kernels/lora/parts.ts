/**
 * LoRA on a fused linear map: one weight matrix that joins several modules (q, k, v or gate, up) along its outputs, each
 * with a LoRA pair of the same rank or none. The low-rank states of all pairs lie side by side in U [tokens, ranks], their
 * A matrices below each other [ranks, in], and so do their B matrices [targeted outputs, rank].
 */

/** One module of a fused linear map, in the order of its outputs. */
export interface LoraPart {
  /** Outputs of the module. */
  width: number;
  /** Whether it has a LoRA pair. */
  adapted: boolean;
}

export const maxLoraParts = 3;

/** Uniform fields of a kernel that needs the parts. */
export const loraPartParams = {
  rank: 'u32',
  partEnd0: 'u32',
  partEnd1: 'u32',
  partEnd2: 'u32',
  partU0: 'i32',
  partU1: 'i32',
  partU2: 'i32',
  partShift0: 'u32',
  partShift1: 'u32',
  partShift2: 'u32',
} as const;

export type LoraPartValues = { [name in keyof typeof loraPartParams]: number };

/** The uniform values of `parts` (at most 3). */
export function loraPartValues(parts: readonly LoraPart[], rank: number): LoraPartValues {
  if (parts.length === 0 || parts.length > maxLoraParts) throw new Error(`internal: ${parts.length} LoRA parts`);
  let [end, u, shift] = [0, 0, 0];
  const rows = Array.from({ length: maxLoraParts }, (_, i) => {
    const part = parts[i];
    if (!part) return { end, u: -1, shift: 0 };
    end += part.width;
    if (!part.adapted) {
      shift += part.width;
      return { end, u: -1, shift: 0 };
    }
    u += rank;
    return { end, u: u - rank, shift };
  });
  const [first, second, third] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0]];
  return {
    rank,
    partEnd0: first.end,
    partEnd1: second.end,
    partEnd2: third.end,
    partU0: first.u,
    partU1: second.u,
    partU2: third.u,
    partShift0: first.shift,
    partShift1: second.shift,
    partShift2: third.shift,
  };
}

/** Columns of U: the sum of the ranks of the adapted parts. */
export function loraRanks(parts: readonly LoraPart[], rank: number): number {
  return parts.filter(({ adapted }) => adapted).length * rank;
}

/** Rows of B: outputs of the adapted parts. */
export function loraOutputs(parts: readonly LoraPart[]): number {
  return parts.reduce((sum, { width, adapted }) => sum + (adapted ? width : 0), 0);
}

/**
 * `fn loraRange(adapted: u32) -> vec3<u32>` for the adapted part with the given index: its first output column, the end of
 * them, and what to take from a column to get its row in B. Its columns of U begin at `adapted * rank`. Uniform.
 */
export const loraRangeWgsl = /* wgsl */ `
fn loraRange(adapted: u32) -> vec3<u32> {
  let u = i32(adapted * params.rank);
  if (params.partU0 == u) { return vec3<u32>(0u, params.partEnd0, params.partShift0); }
  if (params.partU1 == u) { return vec3<u32>(params.partEnd0, params.partEnd1, params.partShift1); }
  return vec3<u32>(params.partEnd1, params.partEnd2, params.partShift2);
}
`;
