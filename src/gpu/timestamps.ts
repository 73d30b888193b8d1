/** GPU time by kernel from timestamp queries: one compute pass a dispatch, two timestamps a pass. */

export interface KernelTime {
  kernel: string;
  dispatches: number;
  milliseconds: number;
}

export interface Timestamps {
  /** The descriptor of the next pass. */
  passOf(kernel: string): GPUComputePassDescriptor;
  /** Call once a submission, before it ends. */
  resolve(encoder: GPUCommandEncoder): void;
  /** Time by kernel, the longest first. Waits for the GPU. */
  read(): Promise<KernelTime[]>;
  dispose(): void;
}

const capacity = 4096;

/** @param device must have the feature timestamp-query */
export function createTimestamps(device: GPUDevice): Timestamps {
  const kernels: string[] = [];
  const totals = new Map<string, KernelTime>();
  const querySet = device.createQuerySet({ type: 'timestamp', count: capacity });
  const resolved = device.createBuffer({
    size: capacity * 8,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const pending: Promise<void>[] = [];
  const collect = async (names: string[], staging: GPUBuffer) => {
    await staging.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(staging.getMappedRange());
    names.forEach((kernel, i) => {
      const total = totals.get(kernel) ?? { kernel, dispatches: 0, milliseconds: 0 };
      total.dispatches++;
      total.milliseconds += Number(times[2 * i + 1]! - times[2 * i]!) / 1e6;
      totals.set(kernel, total);
    });
    staging.destroy();
  };
  return {
    passOf: (kernel) => {
      if (2 * kernels.length === capacity) return {};
      const at = 2 * kernels.length;
      kernels.push(kernel);
      return { timestampWrites: { querySet, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 } };
    },
    resolve: (encoder) => {
      if (kernels.length === 0) return;
      const bytes = kernels.length * 16;
      encoder.resolveQuerySet(querySet, 0, kernels.length * 2, resolved, 0);
      const staging = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, bytes);
      const names = kernels.splice(0);
      const collected = Promise.resolve().then(() => collect(names, staging));
      // read() tells of a failure; when the device is lost nobody may come to read.
      collected.catch(() => {});
      pending.push(collected);
    },
    read: async () => {
      await Promise.all(pending);
      return [...totals.values()].toSorted((a, b) => b.milliseconds - a.milliseconds);
    },
    dispose: () => {
      querySet.destroy();
      resolved.destroy();
    },
  };
}
