/**
 * RMSNorm and LayerNorm over rows, forward and backward: one workgroup a row, statistics recomputed in the backward from
 * x instead of stored. Leaves out the gradients of weight and bias; see weight-gradient.ts.
 */
import { grid, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';
import {
  elementOf,
  kernelOnce,
  reduceWgsl,
  rowLanes,
  rowMainWgsl,
  totalWgsl,
  type Element,
  type RowLanes,
} from '../rows/row-workgroup';

export interface NormShape {
  /** RMSNorm has no mean and no bias. */
  kind: 'rms' | 'layer';
  rows: number;
  width: number;
  epsilon: number;
}

const params = { rows: 'u32', width: 'u32', floats: 'f32', epsilon: 'f32', accumulate: 'u32' } as const;

/** `value`: what two sums over the row are taken of, as vec2, where `v` is x[start + i]. */
const rowSumsWgsl = (name: string, lanes: RowLanes, value: string) => /* wgsl */ `
  var ${name} = vec2<f32>(0.0);
  for (var i = local; i < params.width; i += ${lanes}u) {
    let v = x[start + i];
    ${name} += ${value};
  }
  ${name} = reduce(${name}, local) / params.floats;`;

const commonWgsl = (element: Element, lanes: RowLanes) => /* wgsl */ `
fn merge(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> { return a + b; }
${totalWgsl(element)}
${reduceWgsl('vec2<f32>', lanes)}`;

const variant = ({ kind, width }: NormShape) => {
  const element = elementOf(width);
  const lanes = rowLanes(width / element.floats);
  return { element, lanes, name: `${kind}.${element.name}.${lanes}` };
};

function forwardKernel(shape: NormShape): Kernel {
  const { element, lanes, name } = variant(shape);
  const layer = shape.kind === 'layer';
  return kernelOnce(`norm.forward.${name}`, () => ({
    params,
    bindings: layer ? ['read', 'read', 'read', 'write'] : ['read', 'read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: array<${element.type}>;
@group(0) @binding(2) var<storage, read> weight: array<${element.type}>;
${layer ? `@group(0) @binding(3) var<storage, read> bias: array<${element.type}>;` : ''}
@group(0) @binding(${layer ? 4 : 3}) var<storage, read_write> y: array<${element.type}>;
${commonWgsl(element, lanes)}
${rowMainWgsl(lanes)}
  let start = row * params.width;
  ${layer ? rowSumsWgsl('mean', lanes, 'vec2<f32>(total(v), 0.0)') : 'let mean = vec2<f32>(0.0);'}
  ${rowSumsWgsl('square', lanes, 'vec2<f32>(total((v - mean.x) * (v - mean.x)), 0.0)')}
  let scale = inverseSqrt(square.x + params.epsilon);
  for (var i = local; i < params.width; i += ${lanes}u) {
    y[start + i] = (x[start + i] - mean.x) * scale * weight[i]${layer ? ' + bias[i]' : ''};
  }
}`,
  }));
}

/**
 * y = (x - mean) / sqrt(variance + epsilon) * weight + bias, or x / sqrt(mean(x^2) + epsilon) * weight for RMSNorm
 * (src/ops/norms.ts). x, y [rows, width]; weight, bias [width].
 */
export function normForward(
  shape: NormShape,
  { x, weight, bias, y }: { x: BufferPart; weight: BufferPart; bias?: BufferPart; y: BufferPart },
): Dispatch {
  if ((shape.kind === 'layer') !== (bias !== undefined))
    throw new Error('internal: LayerNorm, and only it, has a bias');
  return {
    kernel: forwardKernel(shape),
    buffers: bias ? [x, weight, bias, y] : [x, weight, y],
    ...normWork(shape, 0),
    flops: 6 * shape.rows * shape.width,
    bytes: 4 * (2 * shape.rows + 2) * shape.width,
  };
}

function backwardKernel(shape: NormShape, statistics: boolean): Kernel {
  const { element, lanes, name } = variant(shape);
  return kernelOnce(`norm.backward.${name}${statistics ? '.statistics' : ''}`, () => ({
    params,
    bindings: ['read', 'read', 'read', 'write', ...(statistics ? (['write'] as const) : [])],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: array<${element.type}>;
@group(0) @binding(2) var<storage, read> weight: array<${element.type}>;
@group(0) @binding(3) var<storage, read> dy: array<${element.type}>;
@group(0) @binding(4) var<storage, read_write> dx: array<${element.type}>;
${statistics ? '@group(0) @binding(5) var<storage, read_write> statistics: array<vec2<f32>>;' : ''}
${commonWgsl(element, lanes)}
${rowMainWgsl(lanes)}
  let start = row * params.width;
  ${
    shape.kind === 'layer'
      ? rowSumsWgsl('mean', lanes, 'vec2<f32>(total(v), total(dy[start + i] * weight[i]))')
      : 'let mean = vec2<f32>(0.0);'
  }
  ${rowSumsWgsl('square', lanes, 'vec2<f32>(total((v - mean.x) * (v - mean.x)), total((v - mean.x) * (dy[start + i] * weight[i])))')}
  let scale = inverseSqrt(square.x + params.epsilon);
  let along = scale * scale * square.y;
  for (var i = local; i < params.width; i += ${lanes}u) {
    let g = dy[start + i] * weight[i];
    let before = select(${element.type}(0.0), dx[start + i], params.accumulate == 1u);
    dx[start + i] = before + scale * (g - mean.y - (x[start + i] - mean.x) * along);
  }
  ${statistics ? 'if (local == 0u) { statistics[row] = vec2<f32>(mean.x, scale); }' : ''}
}`,
  }));
}

/**
 * dx += scale (g - mean(g) - xhat mean(g xhat)), g = dy * weight, xhat = (x - mean) scale; without mean(g) for RMSNorm.
 * x, dy, dx [rows, width]; weight [width].
 * @param buffers `statistics` [rows, 2], where given, gets (mean, scale) of each row for normWeightGradient
 * @param write overwrites dx instead of adding to it
 */
export function normBackward(
  shape: NormShape,
  buffers: { x: BufferPart; weight: BufferPart; dy: BufferPart; dx: BufferPart; statistics?: BufferPart },
  write: 'add' | 'overwrite' = 'add',
): Dispatch {
  const { x, weight, dy, dx, statistics } = buffers;
  return {
    kernel: backwardKernel(shape, statistics !== undefined),
    buffers: [x, weight, dy, dx, ...(statistics ? [statistics] : [])],
    ...normWork(shape, write === 'add' ? 1 : 0),
    flops: 14 * shape.rows * shape.width,
    bytes: 4 * ((write === 'add' ? 4 : 3) * shape.rows + 1) * shape.width,
  };
}

const normWork = ({ rows, width, epsilon }: NormShape, accumulate: number) => ({
  params: { rows, width: width / elementOf(width).floats, floats: width, epsilon, accumulate },
  workgroups: grid(rows),
});
