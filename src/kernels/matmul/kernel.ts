/**
 * Puts one matmul kernel together: a tile shape, the operands' layout and storage, and what is added to the product (bias,
 * LoRA, residual). Leaves out sizes, which are parameters; see matmul.ts.
 */
import { gridIndexWgsl, type Kernel, type WeightType } from '../../gpu/kernel';
import { loraPartParams, loraRangeWgsl } from '../lora/parts';
import { dropoutParams, dropoutWgsl, philoxWgsl } from '../random/philox';
import { blockTileCode } from './block-tile';
import { laneTileCode } from './lane-tile';
import { rowTileCode } from './row-tile';
import { blockLoaderWgsl, floats, rowLoaderWgsl, weightElement, type MatmulLayout } from './sources';
import { listAccumulators, unroll, type Contraction, type TileCode } from './tile-code';
import { matmulTiles, type Tile, type TileName } from './tiles';

/** All that changes the code. */
export interface MatmulVariant {
  readonly tile: TileName;
  /** Rows of a block; see blockRows(). */
  readonly rows: number;
  readonly layout: MatmulLayout;
  readonly weightType: WeightType;
  /** Every fp32 matrix has rows of a multiple of 4 floats. */
  readonly aligned: boolean;
  readonly bias: boolean;
  readonly lora: 'none' | 'up' | 'down' | 'down with dropout';
  readonly residual: 'none' | 'add' | 'accumulate';
}

const sizeParams = {
  rows: 'u32',
  n: 'u32',
  k: 'u32',
  weightStride: 'u32',
  weightRow: 'u32',
  firstBlock: 'u32',
  endBlock: 'u32',
  ranks: 'u32',
} as const;

/** Fields of every variant; those without LoRA get zeros for the rest. */
export const matmulParams = { ...sizeParams, loraScale: 'f32', ...loraPartParams, ...dropoutParams } as const;

export type MatmulKernel = Kernel<typeof matmulParams>;

const kernels = new Map<string, MatmulKernel>();

export function matmulKernel(variant: MatmulVariant): MatmulKernel {
  const { tile, rows, layout, weightType, aligned, bias, lora, residual } = variant;
  const options = [aligned ? 'aligned' : 'any', bias ? 'bias' : '', lora === 'none' ? '' : lora.replaceAll(' ', '-')];
  const residualName = residual === 'none' ? '' : residual;
  const name = ['matmul', layout, weightType, tile, rows, ...options, residualName]
    .filter((part) => part !== '')
    .join('.');
  const known = kernels.get(name);
  if (known) return known;
  const code = tileCode(matmulTiles[tile], rows, layout);
  const kernel: MatmulKernel = {
    name,
    params: matmulParams,
    bindings: bindingsOf(variant).map(({ access }) => access),
    code: kernelCode(variant, code),
    usesF16: weightType === 'native',
    usesSubgroups: code.subgroups === true,
  };
  kernels.set(name, kernel);
  return kernel;
}

export function tileCode(tile: Tile, rows: number, layout: MatmulLayout): TileCode {
  if (tile.style === 'block') return blockTileCode(tile, layout);
  return tile.style === 'lanes' ? laneTileCode(tile, rows) : rowTileCode(rows, layout);
}

interface Binding {
  readonly name: 'x' | 'weight' | 'y' | 'bias' | 'residual' | 'u' | 'factor';
  readonly access: 'read' | 'write';
  readonly element: string;
}

/** The buffers of a variant in the order of their bindings. */
export function bindingsOf(variant: MatmulVariant): Binding[] {
  const element = floats(variant.aligned);
  const read = (name: Binding['name']): Binding => ({ name, access: 'read', element });
  return [
    read('x'),
    { name: 'weight', access: 'read', element: weightElement(variant.weightType, variant.aligned) },
    { name: 'y', access: 'write', element },
    ...(variant.bias ? [read('bias')] : []),
    ...(variant.residual === 'add' ? [read('residual')] : []),
    ...(variant.lora === 'none' ? [] : [read('u'), read('factor')]),
  ];
}

function kernelCode(variant: MatmulVariant, tile: TileCode): string {
  const declare = ({ name, access, element }: Binding, i: number) =>
    `@group(0) @binding(${i + 1}) var<storage, ${access === 'read' ? 'read' : 'read_write'}> ${name}: array<${element}>;`;
  return /* wgsl */ `
${bindingsOf(variant).map(declare).join('\n')}
${tile.declarations ?? ''}
${loaders(variant)}
${finishWgsl(variant)}
@compute @workgroup_size(${tile.threads})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
  ${tile.subgroups ? '@builtin(subgroup_invocation_id) lane: u32,' : ''}
) {
  // Neighbouring workgroups share their weights.
  let index = params.firstBlock + ${gridIndexWgsl};
  if (index >= params.endBlock) { return; }
  let rowBlocks = (params.rows + ${tile.rows - 1}u) / ${tile.rows}u;
  let row0 = (index % rowBlocks) * ${tile.rows}u;
  let column0 = (index / rowBlocks) * ${tile.columns}u;
  ${tile.begin}
  ${unroll(tile.accumulators, (i) => `var a${i} = vec4<f32>();`)}
  ${loraWgsl(variant, tile)}
  ${tile.contract(mainProduct)}
  ${variant.bias ? 'let offset = loadBias(n);' : ''}
  ${tile.finish((row, value) => `finish(${row}, n, ${value}${variant.bias ? ' + offset' : ''});`)}
}`;
}

const mainProduct: Contraction = {
  x: (row, k) => `loadX(${row}, ${k}, params.k)`,
  w: (n, k) => `loadWeight(${n}, ${k})`,
  from: '0u',
  to: 'params.k',
};

function loaders({ layout, weightType, aligned, bias, lora }: MatmulVariant): string {
  const [rows, columns] = layout === 'nt' ? ['params.n', 'params.k'] : ['params.k', 'params.n'];
  const weight = { name: 'loadWeight', buffer: 'weight', stride: 'params.weightStride', firstRow: 'params.weightRow' };
  const factor = { name: 'loadFactor', buffer: 'factor', weightType: 'f32', aligned } as const;
  const up = { ...factor, layout: 'nt', stride: 'params.rank', rows: '0xffffffffu', columns: 'params.rank' } as const;
  const down = { ...factor, layout: 'nn', stride: 'params.n', rows: 'params.ranks', columns: 'params.n' } as const;
  return [
    rowLoaderWgsl('loadX', 'x', 'params.k', aligned),
    blockLoaderWgsl({ ...weight, layout, weightType, aligned, rows, columns }),
    bias ? biasLoader(aligned) : '',
    lora === 'none'
      ? ''
      : rowLoaderWgsl('loadU', 'u', 'params.ranks', aligned) + blockLoaderWgsl(lora === 'up' ? up : down),
    lora === 'up' ? loraRangeWgsl + partLoader : '',
    lora === 'down with dropout' ? philoxWgsl + dropoutWgsl : '',
  ].join('\n');
}

/** B at rank j..j+3 of an adapted part, zero for the columns that are not its own. */
const partLoader = /* wgsl */ `
fn loadPart(n: u32, j: u32, range: vec3<u32>) -> mat4x4<f32> {
  let block = loadFactor(n - range.z, j);
  let column = vec4<u32>(n, n + 1u, n + 2u, n + 3u);
  let own = (column >= vec4<u32>(range.x)) & (column < vec4<u32>(range.y));
  let none = vec4<f32>();
  return mat4x4<f32>(
    select(none, block[0], own), select(none, block[1], own), select(none, block[2], own), select(none, block[3], own));
}`;

/** What LoRA adds, before the main product: U B^T of the parts that the block meets, or dropout of U A. */
function loraWgsl({ lora }: MatmulVariant, tile: TileCode): string {
  if (lora === 'none') return '';
  const each = (line: (i: number) => string) => unroll(tile.accumulators, line);
  if (lora === 'up') {
    const product: Contraction = {
      x: (row, k) => `loadU(${row}, adapted * params.rank + ${k}, (adapted + 1u) * params.rank)`,
      w: (n, k) => `loadPart(${n}, ${k}, range)`,
      from: '0u',
      to: 'params.rank',
    };
    return /* wgsl */ `
  for (var adapted = 0u; adapted * params.rank < params.ranks; adapted++) {
    let range = loraRange(adapted);
    if (range.x < column0 + ${tile.columns}u && range.y > column0) {
      ${tile.contract(product)}
    }
  }
  ${each((i) => `a${i} *= params.loraScale;`)}`;
  }
  const product: Contraction = {
    x: (row, k) => `loadU(${row}, ${k}, params.ranks)`,
    w: (n, k) => `loadFactor(${n}, ${k})`,
    from: '0u',
    to: 'params.ranks',
  };
  return tile.contract(product) + (lora === 'down' ? '' : dropWgsl(tile));
}

/** In a loop whose end no compiler knows, so that the generator's code is not repeated for every accumulator. */
function dropWgsl({ accumulators }: TileCode): string {
  return /* wgsl */ `
  if (params.dropoutThreshold != 0u) {
    var kept = array<vec4<f32>, ${accumulators}>(${listAccumulators(accumulators)});
    for (var row = rowBase; row < min(rowBase + ${accumulators}u, params.rows); row++) {
      kept[row - rowBase] *= vec4<f32>(
        dropoutFactor(row, n), dropoutFactor(row, n + 1u), dropoutFactor(row, n + 2u), dropoutFactor(row, n + 3u));
    }
    ${unroll(accumulators, (i) => `a${i} = kept[${i}];`)}
  }`;
}

function biasLoader(aligned: boolean): string {
  const one = (i: number) => `bias[min(n + ${i}u, params.n - 1u)]`;
  const value = aligned ? 'bias[min(n, params.n - 4u) / 4u]' : `vec4<f32>(${[0, 1, 2, 3].map(one).join(', ')})`;
  return `fn loadBias(n: u32) -> vec4<f32> { return ${value}; }`;
}

/** `fn finish(row, n, sums)`: stores columns n..n+3 of a row, with the residual, unless n lies outside. */
function finishWgsl({ aligned, residual }: MatmulVariant): string {
  const before = { none: '', add: ' + residual[at]', accumulate: ' + y[at]' }[residual];
  const store = aligned
    ? `let at = (row * params.n + n) / 4u; y[at] = sums${before};`
    : `for (var i = 0u; i < min(4u, params.n - n); i++) { let at = row * params.n + n + i; y[at] = sums[i]${before}; }`;
  return /* wgsl */ `
fn finish(row: u32, n: u32, sums: vec4<f32>) {
  if (n >= params.n) { return; }
  ${store}
}`;
}
