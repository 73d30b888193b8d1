/**
 * What kernel tests share: one runtime a file on lavapipe, poisoned buffers, and running one dispatch on host arrays.
 * An error that only the GPU reported fails the test.
 */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { openDevice } from '../../src/gpu/device';
import type { Dispatch } from '../../src/gpu/kernel';
import type { ParamsSchema } from '../../src/gpu/params';
import { createRuntime, type Runtime } from '../../src/gpu/runtime';
import { compileQuickly, openDawn } from './dawn';

/** Call inside a describe: a runtime for its tests. */
export function useRuntime(halves: 'packed' | 'native' = 'packed'): () => Runtime {
  let runtime: Runtime | undefined;
  const current = () => {
    if (!runtime) throw new Error('the runtime is open only while tests run');
    return runtime;
  };
  beforeAll(async () => {
    compileQuickly();
    runtime = createRuntime(await openDevice(openDawn('lavapipe')), halves);
  });
  afterEach(() => current().finish());
  afterAll(() => {
    const { device } = current();
    current().dispose();
    device.destroy();
  });
  return current;
}

/** Every bit pattern of it is a NaN as f32 and a huge index as u32: what a kernel must not read, or must overwrite. */
const poison = 0x7fc0dead;

/** A buffer with `data`, padded at its end with poison so that reading too far shows. */
export function bufferOf(runtime: Runtime, data: Float32Array | Uint32Array | Int32Array, padding = 16): GPUBuffer {
  const buffer = poisoned(runtime, data.length + padding);
  runtime.write(buffer, data as Float32Array<ArrayBuffer>);
  return buffer;
}

/** A buffer of `length` 4-byte elements full of poison. */
export function poisoned(runtime: Runtime, length: number): GPUBuffer {
  const buffer = runtime.createBuffer('scratch', 'test', length * 4);
  runtime.write(buffer, new Uint32Array(length).fill(poison));
  return buffer;
}

/** Runs the dispatches in order and reads `length` floats of `output`. */
export async function runAndRead<S extends ParamsSchema>(
  runtime: Runtime,
  dispatches: readonly Dispatch<S>[],
  output: GPUBuffer,
  length: number,
): Promise<Float32Array> {
  for (const dispatch of dispatches) runtime.run(dispatch);
  return new Float32Array(await runtime.read(output, 0, length * 4));
}
