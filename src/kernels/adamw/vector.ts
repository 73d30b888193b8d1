/** Element by element on flat fp32 vectors, in place: sums of gradients and scaling. Zeroing is runtime.clear(). */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';

const lanes = 256;

/** One lane an element, or 4 elements where the count is a multiple of 4. */
function main(body: string): string {
  return /* wgsl */ `
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let i = ${gridIndexWgsl} * ${lanes}u + local;
  if (i < params.count) { ${body} }
}`;
}

const split = (count: number) => {
  const elements = count % 4 === 0 ? count / 4 : count;
  return { elements, workgroups: grid(Math.ceil(elements / lanes)), vectors: count % 4 === 0 };
};

const addParams = { count: 'u32' } as const;
const addKernel = (type: 'f32' | 'vec4<f32>'): Kernel<typeof addParams> => ({
  name: `vector.addInto.${type}`,
  bindings: ['read', 'write'],
  params: addParams,
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: array<${type}>;
@group(0) @binding(2) var<storage, read_write> y: array<${type}>;
${main('y[i] += x[i];')}`,
});
const addKernels = { scalar: addKernel('f32'), vectors: addKernel('vec4<f32>') };

const scaleParams = { count: 'u32', factor: 'f32' } as const;
const scaleKernel = (type: 'f32' | 'vec4<f32>'): Kernel<typeof scaleParams> => ({
  name: `vector.scale.${type}`,
  bindings: ['write'],
  params: scaleParams,
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read_write> x: array<${type}>;
${main('x[i] *= params.factor;')}`,
});
const scaleKernels = { scalar: scaleKernel('f32'), vectors: scaleKernel('vec4<f32>') };

/** y[i] += x[i] for i < count. */
export function addInto(y: BufferPart, x: BufferPart, count: number): Dispatch<typeof addParams> {
  const { elements, workgroups, vectors } = split(count);
  return {
    kernel: vectors ? addKernels.vectors : addKernels.scalar,
    buffers: [x, y],
    params: { count: elements },
    workgroups,
    flops: count,
    bytes: 12 * count,
  };
}

/** x[i] *= factor for i < count. */
export function scaleBy(x: BufferPart, factor: number, count: number): Dispatch<typeof scaleParams> {
  const { elements, workgroups, vectors } = split(count);
  return {
    kernel: vectors ? scaleKernels.vectors : scaleKernels.scalar,
    buffers: [x],
    params: { count: elements, factor },
    workgroups,
    flops: count,
    bytes: 8 * count,
  };
}
