/**
 * How a matmul tile reads its operands: x four contraction indices at a time, weights as blocks of 4 columns x 4 contraction
 * indices. Every tile shape uses these functions, so layouts, storage types and odd sizes are dealt with once, here.
 * What lies outside the matrices reads as zero (x) or as some element of the matrix (weights).
 */
import type { WeightType } from '../../gpu/kernel';

/** 'nt': y = x W^T with W [N, K]; 'nn': y = x W with W [K, N]. */
export type MatmulLayout = 'nt' | 'nn';

/** `array<...>` elements of a float buffer. `aligned`: all its rows are multiples of 4 floats. */
export const floats = (aligned: boolean) => (aligned ? 'vec4<f32>' : 'f32');

/** Elements of a weight buffer: four weights at a time, except fp32 rows that are not multiples of 4. */
export function weightElement(weightType: WeightType, aligned: boolean): string {
  if (weightType === 'packed') return 'vec2<u32>';
  return weightType === 'native' ? 'vec4<f16>' : floats(aligned);
}

/**
 * `fn <name>(row: u32, k: u32, end: u32) -> vec4<f32>`: elements k..k+3 of a row of `buffer`, zero from `end` on.
 * With `aligned`, k and end are multiples of 4.
 * @param width WGSL: elements of a row
 */
export function rowLoaderWgsl(name: string, buffer: string, width: string, aligned: boolean): string {
  const one = (i: number) => `select(0.0, ${buffer}[at + ${i}u], k + ${i}u < end)`;
  return /* wgsl */ `
fn ${name}(row: u32, k: u32, end: u32) -> vec4<f32> {
  let at = row * ${width} + k;
  return ${aligned ? `select(vec4<f32>(), ${buffer}[at / 4u], k < end)` : `vec4<f32>(${[0, 1, 2, 3].map(one).join(', ')})`};
}`;
}

export interface BlockLoader {
  readonly name: string;
  readonly buffer: string;
  readonly layout: MatmulLayout;
  readonly weightType: WeightType;
  /** fp32 rows are multiples of 4; rows of halves always are, by their stride. */
  readonly aligned: boolean;
  /** WGSL: elements from one row of the matrix to the next. */
  readonly stride: string;
  /** WGSL: rows and columns of the matrix (for 'nt' N and K, for 'nn' K and N), and its first row. */
  readonly rows: string;
  readonly columns: string;
  readonly firstRow?: string;
}

/**
 * `fn <name>(n: u32, k: u32) -> mat4x4<f32>`: column j of the result holds contraction index k + j of output columns n..n+3.
 * The index along the matrix's rows is a multiple of 4. What lies outside is read from the last row or column.
 */
export function blockLoaderWgsl({ name, layout, ...matrix }: BlockLoader): string {
  const { buffer, rows, columns, firstRow, stride } = matrix;
  const [outer, inner] = layout === 'nt' ? ['n', 'k'] : ['k', 'n'];
  const fours = [0, 1, 2, 3].map((i) => `${name}Four(${outer} + ${i}u, ${inner})`).join(', ');
  const one = (i: number) => `${buffer}[start + min(column + ${i}u, ${columns} - 1u)]`;
  const scalars = `return vec4<f32>(${[0, 1, 2, 3].map(one).join(', ')});`;
  const whole = `let at = (start + min(column, (${columns} - 1u) & 0xfffffffcu)) / 4u; ${fourAt(buffer, matrix.weightType)}`;
  return /* wgsl */ `
fn ${name}Four(row: u32, column: u32) -> vec4<f32> {
  let start = (${firstRow === undefined ? '' : `${firstRow} + `}min(row, ${rows} - 1u)) * ${stride};
  ${matrix.weightType === 'f32' && !matrix.aligned ? scalars : whole}
}
fn ${name}(n: u32, k: u32) -> mat4x4<f32> {
  return ${layout === 'nt' ? 'transpose' : ''}(mat4x4<f32>(${fours}));
}`;
}

function fourAt(buffer: string, weightType: WeightType): string {
  if (weightType === 'native') return `return vec4<f32>(${buffer}[at]);`;
  if (weightType === 'f32') return `return ${buffer}[at];`;
  return `let q = ${buffer}[at]; return vec4<f32>(unpack2x16float(q.x), unpack2x16float(q.y));`;
}
