/**
 * How row kernels divide their work: one workgroup a row with a reduction, or one workgroup a block of a row. Rows whose
 * width is a multiple of 4 are read as vec4<f32>. WGSL to put into other kernels; no kernel of its own.
 */
import { grid, gridIndexWgsl, type Kernel } from '../../gpu/kernel';
import type { ParamsSchema } from '../../gpu/params';

const kernels = new Map<string, Kernel>();

/** The kernel of this name, made once. The name must say every option of its code. */
export function kernelOnce<S extends ParamsSchema>(name: string, make: () => Omit<Kernel<S>, 'name'>): Kernel {
  const known = kernels.get(name);
  if (known) return known;
  const made: Kernel = { name, ...make() };
  kernels.set(name, made);
  return made;
}

/** What one lane reads of a row at a time. */
export interface Element {
  readonly name: 'scalar' | 'vec4';
  readonly type: 'f32' | 'vec4<f32>';
  /** Floats in it. */
  readonly floats: 1 | 4;
}

/** @param multiple a number that the width and every stride are multiples of */
export function elementOf(multiple: number): Element {
  if (multiple % 4 === 0) return { name: 'vec4', type: 'vec4<f32>', floats: 4 };
  return { name: 'scalar', type: 'f32', floats: 1 };
}

/** `fn total(v: Element) -> f32`: the sum of its components. */
export const totalWgsl = ({ floats }: Element) =>
  floats === 4
    ? 'fn total(v: vec4<f32>) -> f32 { return dot(v, vec4<f32>(1.0)); }'
    : 'fn total(v: f32) -> f32 { return v; }';

/** Lanes of a workgroup that has a whole row: few where the row is short, as each barrier is paid by every lane. */
export type RowLanes = 16 | 64 | 256;

export function rowLanes(elements: number): RowLanes {
  if (elements > 1024) return 256;
  return elements > 64 ? 64 : 16;
}

/**
 * `fn reduce(value: T, local: u32) -> T` over the workgroup, in a fixed order and with two barriers; every lane gets the
 * result. `fn merge(a: T, b: T) -> T` is the caller's.
 */
export function reduceWgsl(type: string, lanes: RowLanes): string {
  const groups = Math.sqrt(lanes);
  return /* wgsl */ `
var<workgroup> parts: array<${type}, ${lanes}>;
var<workgroup> groups: array<${type}, ${groups}>;
fn reduce(value: ${type}, local: u32) -> ${type} {
  parts[local] = value;
  workgroupBarrier();
  if (local < ${groups}u) {
    var sum = parts[local];
    for (var i = local + ${groups}u; i < ${lanes}u; i += ${groups}u) { sum = merge(sum, parts[i]); }
    groups[local] = sum;
  }
  workgroupBarrier();
  var all = groups[0];
  for (var i = 1u; i < ${groups}u; i++) { all = merge(all, groups[i]); }
  return all;
}
`;
}

/** Head of a kernel with one workgroup a row: `row` and `local`, past `params.rows` it is done. */
export const rowMainWgsl = (lanes: RowLanes) => /* wgsl */ `
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = ${gridIndexWgsl};
  if (row >= params.rows) { return; }`;

const blockLanes = 64;

/** Uniform fields of a kernel with one workgroup a block of a row; `width` in elements. */
export const blockParams = { rows: 'u32', width: 'u32', blocks: 'u32' } as const;

export function blockValues(rows: number, elements: number) {
  return { rows, width: elements, blocks: Math.ceil(elements / blockLanes) };
}

/** Head of a kernel with one workgroup a block of a row and one element a lane: `row` (uniform), `column`, `local`. */
export const blockMainWgsl = /* wgsl */ `
@compute @workgroup_size(${blockLanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let index = ${gridIndexWgsl};
  let row = index / params.blocks;
  let column = (index % params.blocks) * ${blockLanes}u + local;
  if (row >= params.rows || column >= params.width) { return; }`;

export const blockGrid = (rows: number, elements: number) => grid(rows * Math.ceil(elements / blockLanes));
