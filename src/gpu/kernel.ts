/**
 * What a kernel is to the runtime: WGSL with its bindings and parameters, and how many workgroups a piece of work takes.
 * Leaves out compiling and running; see runtime.ts. The kernels are in src/kernels.
 */
import { paramsWgsl, type ParamsSchema, type ParamValues } from './params';

/** How weights and caches of halves are read: two halves in a u32, the GPU's own f16, or fp32 (trained weights). */
export type WeightType = 'packed' | 'native' | 'f32';

export interface Kernel<S extends ParamsSchema = ParamsSchema> {
  /** Names the kernel and its variant in errors, timings and the self-test: "matmul.nt.packed.8x8". Unique to its code. */
  readonly name: string;
  /** All WGSL but the params struct, which the runtime puts in front. Entry point `main`. */
  readonly code: string;
  /** Buffer bindings 1, 2, ... of group 0; binding 0 is `params`. 'write' is read_write. */
  readonly bindings: readonly ('read' | 'write')[];
  readonly params: S;
  /** Needs `enable f16;`. */
  readonly usesF16?: boolean;
  /** Needs `enable subgroups;`. */
  readonly usesSubgroups?: boolean;
}

/** A buffer, or a part of one from a byte offset that is a multiple of 256. */
export interface BufferPart {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  /** Bytes; to the end when absent. */
  readonly size?: number;
}

/** One dispatch of a kernel. */
export interface Dispatch<S extends ParamsSchema = ParamsSchema> {
  readonly kernel: Kernel<S>;
  /** One a binding, in order. */
  readonly buffers: readonly BufferPart[];
  readonly params: ParamValues<S>;
  readonly workgroups: readonly [x: number, y?: number, z?: number];
  /** Floating-point operations, a multiply-add counting two; for the benchmark and the roofline. */
  readonly flops?: number;
  /** Bytes read and written at least once; for the roofline. */
  readonly bytes?: number;
}

/** The whole WGSL module of a kernel. */
export function kernelModule(kernel: Kernel): string {
  const enabled = [...(kernel.usesF16 ? ['f16'] : []), ...(kernel.usesSubgroups ? ['subgroups'] : [])];
  return `${enabled.map((name) => `enable ${name};\n`).join('')}${paramsWgsl(kernel.params)}${kernel.code}`;
}

/** Folds a one-dimensional number of workgroups into x and y; the kernel computes `y * gridWidth + x` and checks its range. */
export const gridWidth = 32768;

export function grid(workgroups: number): [x: number, y: number] {
  return workgroups <= gridWidth ? [workgroups, 1] : [gridWidth, Math.ceil(workgroups / gridWidth)];
}

/** WGSL of the same fold: the linear workgroup index from `@builtin(workgroup_id) group`. */
export const gridIndexWgsl = `(group.y * ${gridWidth}u + group.x)`;
