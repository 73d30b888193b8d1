/**
 * Picking rows out of a matrix, and its two transposes: summing rows into all rows of a result, or adding them to some.
 * Rows are summed in the order of host-made lists; see group-rows.ts. fp32 only; for embedding tables see ../embedding.
 */
import type { BufferPart, Dispatch, Kernel } from '../../gpu/kernel';
import {
  blockGrid,
  blockMainWgsl,
  blockParams,
  blockValues,
  elementOf,
  kernelOnce,
  type Element,
} from './row-workgroup';

const gatherKernel = (element: Element): Kernel =>
  kernelOnce(`rows.gather.${element.name}`, () => ({
    params: blockParams,
    bindings: ['read', 'read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: array<${element.type}>;
@group(0) @binding(2) var<storage, read> rowIndex: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<${element.type}>;
${blockMainWgsl}
  y[row * params.width + column] = x[rowIndex[row] * params.width + column];
}`,
  }));

/** y[r] = x[rowIndex[r]]. x [any, width], rowIndex u32 [rows], y [rows, width]. */
export function gatherRows(
  { rows, width }: { rows: number; width: number },
  { x, rowIndex, y }: { x: BufferPart; rowIndex: BufferPart; y: BufferPart },
): Dispatch {
  const element = elementOf(width);
  return {
    kernel: gatherKernel(element),
    buffers: [x, rowIndex, y],
    params: blockValues(rows, width / element.floats),
    workgroups: blockGrid(rows, width / element.floats),
    bytes: 4 * rows * (2 * width + 1),
  };
}

const sumKernel = (element: Element, to: 'all' | 'some'): Kernel =>
  kernelOnce(`rows.sum.${to}.${element.name}`, () => ({
    params: blockParams,
    bindings: to === 'all' ? ['read', 'read', 'read', 'write'] : ['read', 'read', 'read', 'write', 'read'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> dy: array<${element.type}>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read> members: array<u32>;
@group(0) @binding(4) var<storage, read_write> dx: array<${element.type}>;
${to === 'some' ? '@group(0) @binding(5) var<storage, read> ids: array<u32>;' : ''}
${blockMainWgsl}
  var sum = ${element.type}(0.0);
  for (var i = starts[row]; i < starts[row + 1u]; i++) { sum += dy[members[i] * params.width + column]; }
  ${to === 'all' ? 'dx[row * params.width + column] = sum;' : 'dx[ids[row] * params.width + column] += sum;'}
}`,
  }));

const sumWork = (rows: number, members: number, width: number, element: Element) => ({
  params: blockValues(rows, width / element.floats),
  workgroups: blockGrid(rows, width / element.floats),
  flops: members * width,
});

/**
 * The backward of gatherRows: dx[t] = sum of dy[r] over the rows r with rowIndex[r] = t, 0 where there are none.
 * @param shape rows of dx, members of all lists (rows of dy), and the width of both
 * @param buffers starts u32 [rows + 1] and members u32 [members] from groupAllTargets(rowIndex, rows)
 */
export function scatterRows(
  { rows, members, width }: { rows: number; members: number; width: number },
  buffers: { dy: BufferPart; starts: BufferPart; members: BufferPart; dx: BufferPart },
): Dispatch {
  const element = elementOf(width);
  return {
    kernel: sumKernel(element, 'all'),
    buffers: [buffers.dy, buffers.starts, buffers.members, buffers.dx],
    ...sumWork(rows, members, width, element),
    bytes: 4 * (rows + members) * (width + 1),
  };
}

/**
 * dx[ids[i]] += sum of dy[r] over the members r of list i; other rows of dx stay.
 * @param shape `targets`: how many ids
 * @param buffers ids u32 [targets], starts u32 [targets + 1] and members u32 [members] from groupTargets()
 */
export function addRows(
  { targets, members, width }: { targets: number; members: number; width: number },
  buffers: { dy: BufferPart; ids: BufferPart; starts: BufferPart; members: BufferPart; dx: BufferPart },
): Dispatch {
  const element = elementOf(width);
  return {
    kernel: sumKernel(element, 'some'),
    buffers: [buffers.dy, buffers.starts, buffers.members, buffers.dx, buffers.ids],
    ...sumWork(targets, members, width, element),
    bytes: 4 * (2 * targets + members) * (width + 1),
  };
}
