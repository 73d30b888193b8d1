/**
 * dU = scale dY B: the gradient of the low-rank states of all LoRA pairs of a fused linear map. All fp32. Leaves out the
 * gradients of the factors; see gradients.ts.
 */
import type { BufferPart, Dispatch, Kernel } from '../../gpu/kernel';
import { unroll } from '../weight-gradient/unroll';
import { loraPartParams, loraPartValues, loraOutputs, loraRanks, loraRangeWgsl, type LoraPart } from './parts';
import { reductionWgsl, tokensOf } from './reduce';
import { reduceTile, type LoraMachine, type ReduceTile } from './tiles';

const upBackwardParams = { tokens: 'u32', width: 'u32', ranks: 'u32', scale: 'f32', ...loraPartParams } as const;
const kernels = new Map<string, Kernel<typeof upBackwardParams>>();

/** @param rankVectors the rank is a multiple of 4, so that rows of B are read as vectors */
function upBackwardKernel(tile: ReduceTile, vectors: boolean, rankVectors: boolean): Kernel<typeof upBackwardParams> {
  const { tokens, ranks, lanes, workgroup } = tile;
  const name = `lora.upBackward.${tokens}x${ranks}.${lanes}of${workgroup}${vectors ? '.vectors' : ''}${rankVectors ? '.rankVectors' : ''}`;
  const known = kernels.get(name);
  if (known) return known;
  const load = (c: number, g: number) => {
    const at = `(min(k + ${c}u, end - 1u) - shift) * params.rank + firstInPart + ${4 * g}u`;
    return `let b${c}_${g} = ${rankVectors ? `b[(${at}) >> 2u]` : `bAt(${at})`};`;
  };
  const kernel: Kernel<typeof upBackwardParams> = {
    name,
    bindings: ['read', 'read', 'write'],
    params: upBackwardParams,
    code: reductionWgsl({
      tile,
      vectors,
      functions: /* wgsl */ `${loraRangeWgsl}
@group(0) @binding(2) var<storage, read> b: array<${rankVectors ? 'vec4<f32>' : 'f32'}>;
${rankVectors ? '' : 'fn bAt(at: u32) -> vec4<f32> { return vec4<f32>(b[at], b[at + 1u], b[at + 2u], b[at + 3u]); }'}`,
      prologue: /* wgsl */ `
  let part = loraRange(group.z);
  let start = part.x;
  let end = part.y;
  let shift = part.z;
  let firstInPart = group.y * ${ranks}u;
  let firstRank = group.z * params.rank + firstInPart;
  let rankEnd = (group.z + 1u) * params.rank;`,
      loads: unroll(4, (c) => unroll(ranks / 4, (g) => load(c, g))),
      multiplyAdd: (i) => unroll(ranks / 4, (g) => unroll(4, (c) => `sum${i}_${g} += b${c}_${g} * x${i}[${c}];`)),
      scale: 'params.scale',
      element: 't * params.ranks + rank',
    }),
  };
  kernels.set(name, kernel);
  return kernel;
}

export interface LoraUpBackward {
  /** [tokens, outputs of all parts] */
  dy: BufferPart;
  /** [outputs of the adapted parts, rank] */
  b: BufferPart;
  /** [tokens, ranks], overwritten. */
  du: BufferPart;
  tokens: number;
  parts: readonly LoraPart[];
  rank: number;
  /** alpha / rank */
  scale: number;
  machine: LoraMachine;
}

/** du[t, uOffset(p) + j] = scale sum_{n in p} dy[t, n] b[n - shift(p), j] for each adapted part p. */
export function loraUpBackward(work: LoraUpBackward): Dispatch<typeof upBackwardParams> {
  const { dy, b, du, tokens, parts, rank, scale, machine } = work;
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const [ranks, outputs] = [loraRanks(parts, rank), loraOutputs(parts)];
  const tile = reduceTile(machine, rank, false);
  return {
    kernel: upBackwardKernel(
      tile,
      parts.every((part) => part.width % 4 === 0),
      rank % 4 === 0,
    ),
    buffers: [dy, b, du],
    params: { tokens, width, ranks, scale, ...loraPartValues(parts, rank) },
    workgroups: [Math.ceil(tokens / tokensOf(tile)), Math.ceil(rank / tile.ranks), ranks / rank],
    flops: 2 * tokens * outputs * rank,
    bytes: 4 * (tokens * outputs + outputs * rank + tokens * ranks),
  };
}
