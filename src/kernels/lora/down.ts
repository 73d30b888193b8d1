/** U = dropout(X) A^T: into the low-rank space of all LoRA pairs of a fused linear map. All fp32. Leaves out the way back up. */
import type { BufferPart, Dispatch, Kernel } from '../../gpu/kernel';
import { dropoutParams, dropoutWgsl, noDropout, philoxWgsl, type DropoutValues } from '../random/philox';
import { unroll } from '../weight-gradient/unroll';
import { reductionWgsl, tokensOf } from './reduce';
import { reduceTile, type LoraMachine, type ReduceTile } from './tiles';

const downParams = { tokens: 'u32', width: 'u32', ranks: 'u32', ...dropoutParams } as const;
const kernels = new Map<string, Kernel<typeof downParams>>();

function downKernel(tile: ReduceTile, vectors: boolean, dropout: boolean): Kernel<typeof downParams> {
  const { tokens, ranks, lanes, workgroup } = tile;
  const name = `lora.down.${tokens}x${ranks}.${lanes}of${workgroup}${vectors ? '.vectors' : ''}${dropout ? '.dropout' : ''}`;
  const known = kernels.get(name);
  if (known) return known;
  const row = (j: number) => `min(firstRank + ${j}u, rankEnd - 1u) * params.width`;
  const kernel: Kernel<typeof downParams> = {
    name,
    bindings: ['read', 'read', 'write'],
    params: downParams,
    code: reductionWgsl({
      tile,
      vectors,
      functions: `${dropout ? philoxWgsl + dropoutWgsl : ''}
@group(0) @binding(2) var<storage, read> a: array<${vectors ? 'vec4<f32>' : 'f32'}>;
${vectors ? '' : guardedLoadWgsl}`,
      prologue: `let firstRank = group.y * ${ranks}u; let rankEnd = params.ranks; let start = 0u; let end = params.width;`,
      loads: unroll(ranks, (j) => `let a${j} = ${vectors ? `a[(${row(j)} + k) >> 2u]` : `aAt(${row(j)}, k, end)`};`),
      multiplyAdd: (i) =>
        unroll(ranks / 4, (g) => `sum${i}_${g} += vec4<f32>(${unroll(4, (j) => `dot(x${i}, a${4 * g + j})`, ', ')});`),
      ...(dropout && {
        factor: (t: string) => `vec4<f32>(${unroll(4, (c) => `dropoutFactor(${t}, k + ${c}u)`, ', ')})`,
      }),
      element: 't * params.ranks + rank',
    }),
  };
  kernels.set(name, kernel);
  return kernel;
}

const guardedLoadWgsl = /* wgsl */ `
fn aAt(row: u32, k: u32, end: u32) -> vec4<f32> {
  let columns = vec4<u32>(k, k + 1u, k + 2u, k + 3u);
  let at = row + columns;
  return select(vec4<f32>(), vec4<f32>(a[at.x], a[at.y], a[at.z], a[at.w]), columns < vec4<u32>(end));
}`;

export interface LoraDown {
  /** [tokens, width] */
  x: BufferPart;
  /** [ranks, width] */
  a: BufferPart;
  /** [tokens, ranks], overwritten. */
  u: BufferPart;
  tokens: number;
  width: number;
  /** All columns of U: loraRanks(). */
  ranks: number;
  /** None when absent. */
  dropout?: DropoutValues;
  machine: LoraMachine;
}

/** u[t, j] = sum_k dropoutFactor(t, k) x[t, k] a[j, k] (Hu et al. 2021, equation 3). */
export function loraDown(work: LoraDown): Dispatch<typeof downParams> {
  const { x, a, u, tokens, width, ranks, dropout = noDropout, machine } = work;
  const dropped = dropout.dropoutThreshold > 0;
  const tile = reduceTile(machine, ranks, dropped);
  return {
    kernel: downKernel(tile, width % 4 === 0, dropped),
    buffers: [x, a, u],
    params: { tokens, width, ranks, ...dropout },
    workgroups: [Math.ceil(tokens / tokensOf(tile)), Math.ceil(ranks / tile.ranks)],
    flops: 2 * tokens * width * ranks,
    bytes: 4 * (tokens * width + ranks * width + tokens * ranks),
  };
}
