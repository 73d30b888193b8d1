/** The rotary tables on the GPU, as long as any sequence so far. */
import type { Runtime } from '../../gpu/runtime';
import type { ModelConfig } from '../config';
import { ropeTables } from '../rope';

export interface RopeTablesOnGpu {
  /** Tables for positions below `length` [at least length, headDim]; null for a model with learned positions. */
  upTo(length: number): { cos: GPUBuffer; sin: GPUBuffer } | null;
  dispose(): void;
}

/** Table lengths are powers of two from here on, so that they are made few times. */
const shortest = 256;

export function createRopeTables(runtime: Runtime, config: ModelConfig): RopeTablesOnGpu {
  let made: { length: number; cos: GPUBuffer; sin: GPUBuffer } | null = null;
  const dispose = () => {
    if (made) for (const buffer of [made.cos, made.sin]) runtime.destroyBuffer(buffer);
    made = null;
  };
  return {
    upTo: (length) => {
      if (config.family !== 'llama') return null;
      // Only the "dynamic" variant depends on the length itself, beyond the original context.
      const { ropeScaling } = config;
      const exact = ropeScaling.type === 'dynamic' && length > ropeScaling.originalContextLength;
      const wanted = exact ? length : Math.max(shortest, 2 ** Math.ceil(Math.log2(length)));
      if (made && (exact ? made.length === wanted : made.length >= wanted)) return made;
      dispose();
      const { cos, sin } = ropeTables(config, wanted);
      const buffers = [cos, sin].map((table, i) => {
        const buffer = runtime.createBuffer('weights', i === 0 ? 'rope cos' : 'rope sin', table.length * 4);
        runtime.write(buffer, table as Float32Array<ArrayBuffer>);
        return buffer;
      });
      made = { length: wanted, cos: buffers[0]!, sin: buffers[1]! };
      return made;
    },
    dispose,
  };
}
