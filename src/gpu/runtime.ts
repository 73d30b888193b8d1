/**
 * Runs kernels on the device: compiles and caches pipelines, caches bind groups, batches dispatches into submissions,
 * counts them, and reads results back. Nothing is allocated for a dispatch whose buffers were seen before.
 * Leaves out what is computed.
 */
import { DeviceError } from '../protocol/errors';
import type { StudioDevice } from './device';
import { kernelModule, type BufferPart, type Dispatch, type Kernel, type WeightType } from './kernel';
import { createLedger, type Ledger, type MemoryCategory } from './ledger';
import { packParams, paramsBlockBytes, type ParamsSchema } from './params';
import { createTimestamps, type KernelTime, type Timestamps } from './timestamps';

/** Uniform blocks of one submission; a full ring is submitted and begun again. */
const ringBlocks = 1024;

/** How long the news that the device is lost may take after the first call that failed for it. */
const newsMs = 200;

/** Readback buffers up to this size are kept; larger ones come with saving and loading, which is rare. */
const keptStaging = 1 << 20;

export interface WorkCounts {
  dispatches: number;
  flops: number;
  bytes: number;
}

export interface Runtime {
  readonly device: GPUDevice;
  readonly ledger: Ledger;
  /** How halves are read on this device: 'native' with shader-f16, else 'packed'; or what was asked for. */
  readonly halves: Exclude<WeightType, 'f32'>;
  /** A zeroed buffer, rounded up to 4 bytes. Usable as storage and for copies both ways. @throws DeviceError when memory is out */
  createBuffer(category: MemoryCategory, label: string, bytes: number): GPUBuffer;
  destroyBuffer(buffer: GPUBuffer): void;
  write(buffer: GPUBuffer, data: ArrayBufferView<ArrayBuffer>, byteOffset?: number): void;
  /** Compiles kernels that are not yet compiled, in parallel. run() compiles what is missing, one after the other. */
  compile(kernels: readonly Kernel[]): Promise<void>;
  /** Adds a dispatch to the current submission. */
  run<S extends ParamsSchema>(dispatch: Dispatch<S>): void;
  /** Adds a copy of bytes to the current submission, in order with the dispatches. */
  copy(from: BufferPart, to: BufferPart, bytes: number): void;
  clear(buffer: GPUBuffer, offset?: number, bytes?: number): void;
  /** Hands the current submission to the GPU. */
  submit(): void;
  /** Submits, and resolves with a copy of the bytes once the GPU has written them. */
  read(buffer: GPUBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer>;
  /** Resolves when all submitted work is done. @throws DeviceError when the GPU reported an error or was lost */
  finish(): Promise<void>;
  /** Work since the start. */
  counts(): WorkCounts;
  /** GPU time by kernel while `work` runs; null where the device has no timestamps. Slower: one pass a dispatch. */
  profile(work: () => Promise<void>): Promise<KernelTime[] | null>;
  dispose(): void;
}

interface Pipeline {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
}

/** @param halves reads halves this way instead of the device's best */
export function createRuntime(studioDevice: StudioDevice, halves?: 'packed' | 'native'): Runtime {
  const { device, uncapturedErrors } = studioDevice;
  const ledger = createLedger();
  const owned = new Map<GPUBuffer, { category: MemoryCategory; bytes: number; id: number }>();
  const pipelines = new Map<string, Pipeline>();
  const bindGroups = new Map<string, GPUBindGroup>();
  const counts: WorkCounts = { dispatches: 0, flops: 0, bytes: 0 };
  const ringBytes = new ArrayBuffer(ringBlocks * paramsBlockBytes);
  const ringView = new DataView(ringBytes);
  const idleStaging: GPUBuffer[] = [];
  const openScopes = new Set<Promise<GPUError | null>>();
  let lost: DeviceError | null = null;
  void studioDevice.lost.then((error) => (lost = error));
  let nextId = 1;
  let encoder: GPUCommandEncoder | null = null;
  let pass: GPUComputePassEncoder | null = null;
  let used = 0;
  let timestamps: Timestamps | null = null;
  let outOfMemory: string | null = null;

  /** Ends the innermost error scope. */
  const noteOutOfMemory = async (what: string) => {
    const scope = device.popErrorScope();
    openScopes.add(scope);
    const error = await scope.finally(() => openScopes.delete(scope));
    if (error) outOfMemory ??= what;
  };
  const createBuffer = (category: MemoryCategory, label: string, bytes: number): GPUBuffer => {
    const size = Math.max(4, Math.ceil(bytes / 4) * 4);
    if (size > device.limits.maxBufferSize || size > device.limits.maxStorageBufferBindingSize) {
      throw new DeviceError(
        `This GPU allows buffers of ${megabytes(Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize))}; "${label}" needs ${megabytes(size)}. Use a smaller model or fewer tokens a pass.`,
      );
    }
    device.pushErrorScope('out-of-memory');
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ label, size, usage });
    const inUse = megabytes(ledger.total());
    void noteOutOfMemory(`${label} (${megabytes(size)}, with ${inUse} in use)`);
    owned.set(buffer, { category, bytes: size, id: nextId++ });
    ledger.add(category, size);
    return buffer;
  };
  const uniform = device.createBuffer({
    label: 'kernel parameters',
    size: ringBlocks * paramsBlockBytes,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  ledger.add('engine', ringBlocks * paramsBlockBytes);

  const describe = (kernel: Kernel) => {
    const entries: GPUBindGroupLayoutEntry[] = [
      { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } },
      ...kernel.bindings.map((kind, i): GPUBindGroupLayoutEntry => ({
        binding: i + 1,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: kind === 'read' ? 'read-only-storage' : 'storage' },
      })),
    ];
    const layout = device.createBindGroupLayout({ label: kernel.name, entries });
    const descriptor: GPUComputePipelineDescriptor = {
      label: kernel.name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: {
        module: device.createShaderModule({ label: kernel.name, code: kernelModule(kernel) }),
        entryPoint: 'main',
      },
    };
    return { layout, descriptor };
  };
  const pipelineOf = (kernel: Kernel): Pipeline => {
    const known = pipelines.get(kernel.name);
    if (known) return known;
    const { layout, descriptor } = describe(kernel);
    const made = { layout, pipeline: device.createComputePipeline(descriptor) };
    pipelines.set(kernel.name, made);
    return made;
  };
  const idOf = (buffer: GPUBuffer): number => {
    const known = owned.get(buffer);
    if (known) return known.id;
    throw new Error(`internal: the buffer "${buffer.label}" is not the runtime's, or was destroyed`);
  };
  const bindGroupOf = (kernel: Kernel, buffers: readonly BufferPart[], layout: GPUBindGroupLayout): GPUBindGroup => {
    if (buffers.length !== kernel.bindings.length)
      throw new Error(`internal: ${kernel.name} takes ${kernel.bindings.length} buffers, got ${buffers.length}`);
    const key = `${kernel.name}|${buffers.map(({ buffer, offset = 0, size = 0 }) => `${idOf(buffer)}:${offset}:${size}`).join()}`;
    const known = bindGroups.get(key);
    if (known) return known;
    const entries: GPUBindGroupEntry[] = [
      { binding: 0, resource: { buffer: uniform, size: paramsBlockBytes } },
      ...buffers.map(({ buffer, offset, size }, i): GPUBindGroupEntry => ({
        binding: i + 1,
        resource: { buffer, ...(offset !== undefined && { offset }), ...(size !== undefined && { size }) },
      })),
    ];
    const group = device.createBindGroup({ label: kernel.name, layout, entries });
    bindGroups.set(key, group);
    return group;
  };

  /** Readback buffers have sizes of powers of two and are used again. */
  const takeStaging = (bytes: number): GPUBuffer => {
    const size = Math.max(256, 2 ** Math.ceil(Math.log2(bytes)));
    const at = idleStaging.findIndex((staging) => staging.size === size);
    if (at >= 0) return idleStaging.splice(at, 1)[0]!;
    ledger.add('readback', size);
    return device.createBuffer({ label: 'readback', size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  };
  const dropStaging = (staging: GPUBuffer) => {
    ledger.remove('readback', staging.size);
    staging.destroy();
  };
  const openEncoder = (): GPUCommandEncoder => (encoder ??= device.createCommandEncoder());
  const endPass = () => {
    pass?.end();
    pass = null;
  };
  const submit = () => {
    endPass();
    if (!encoder) return;
    if (used > 0) device.queue.writeBuffer(uniform, 0, ringBytes, 0, used * paramsBlockBytes);
    timestamps?.resolve(encoder);
    device.queue.submit([encoder.finish()]);
    encoder = null;
    used = 0;
  };
  const check = () => {
    if (lost) throw lost;
    if (outOfMemory !== null) {
      const what = outOfMemory;
      outOfMemory = null;
      // What was then done with the buffer that is not there follows from it.
      uncapturedErrors.length = 0;
      throw new DeviceError(
        `The GPU is out of memory: ${what} could not be allocated. Use fewer tokens a pass, fewer slots or a smaller model, or close other tabs that use the GPU.`,
      );
    }
    const [first] = uncapturedErrors.splice(0);
    if (first !== undefined) throw new DeviceError(`The GPU reported an error and results cannot be trusted: ${first}`);
  };
  const finish = async () => {
    submit();
    await device.queue.onSubmittedWorkDone();
    await Promise.allSettled(openScopes);
    check();
  };
  /** After a wait that the GPU ended with an error: the reason, which may come a little later. */
  const failure = async (thrown: unknown): Promise<DeviceError> => {
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), newsMs));
    const news = await Promise.race([studioDevice.lost, late]);
    if (news) return news;
    check();
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return new DeviceError(`The GPU stopped answering: ${why}. Continue the run to open it again.`);
  };

  return {
    device,
    ledger,
    halves: halves ?? (device.features.has('shader-f16') ? 'native' : 'packed'),
    createBuffer,
    destroyBuffer: (buffer) => {
      const known = owned.get(buffer);
      if (!known) return;
      // Recorded work that uses it must reach the GPU first.
      submit();
      owned.delete(buffer);
      ledger.remove(known.category, known.bytes);
      const bindsIt = new RegExp(`[|,]${known.id}:`);
      for (const key of bindGroups.keys()) if (bindsIt.test(key)) bindGroups.delete(key);
      buffer.destroy();
    },
    write: (buffer, data, byteOffset = 0) => {
      // A write goes to the queue at once: what was recorded before it must go first.
      submit();
      device.queue.writeBuffer(buffer, byteOffset, data.buffer, data.byteOffset, data.byteLength);
    },
    compile: async (kernels) => {
      const missing = new Map(
        kernels.filter(({ name }) => !pipelines.has(name)).map((kernel) => [kernel.name, kernel]),
      );
      await Promise.all(
        [...missing.values()].map(async (kernel) => {
          const { layout, descriptor } = describe(kernel);
          pipelines.set(kernel.name, { layout, pipeline: await device.createComputePipelineAsync(descriptor) });
        }),
      );
    },
    run: ({ kernel, buffers, params, workgroups, flops = 0, bytes = 0 }) => {
      const [x, y = 1, z = 1] = workgroups;
      if (x * y * z === 0) return;
      if (used === ringBlocks) submit();
      const { pipeline, layout } = pipelineOf(kernel);
      const group = bindGroupOf(kernel, buffers, layout);
      packParams(kernel.params, params, ringView, used * paramsBlockBytes);
      if (timestamps) endPass();
      pass ??= openEncoder().beginComputePass(timestamps ? timestamps.passOf(kernel.name) : {});
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group, [used * paramsBlockBytes]);
      pass.dispatchWorkgroups(x, y, z);
      used++;
      counts.dispatches++;
      counts.flops += flops;
      counts.bytes += bytes;
    },
    copy: (from, to, bytes) => {
      endPass();
      openEncoder().copyBufferToBuffer(from.buffer, from.offset ?? 0, to.buffer, to.offset ?? 0, bytes);
    },
    clear: (buffer, offset = 0, bytes) => {
      endPass();
      openEncoder().clearBuffer(buffer, offset, bytes);
    },
    submit,
    read: async (buffer, byteOffset, bytes) => {
      const staging = takeStaging(bytes);
      endPass();
      openEncoder().copyBufferToBuffer(buffer, byteOffset, staging, 0, Math.ceil(bytes / 4) * 4);
      submit();
      try {
        await staging.mapAsync(GPUMapMode.READ);
      } catch (error) {
        dropStaging(staging);
        throw await failure(error);
      }
      await Promise.allSettled(openScopes);
      const values = staging.getMappedRange().slice(0, bytes);
      staging.unmap();
      if (staging.size <= keptStaging) idleStaging.push(staging);
      else dropStaging(staging);
      check();
      return values;
    },
    finish,
    counts: () => ({ ...counts }),
    profile: async (work) => {
      if (!device.features.has('timestamp-query')) {
        await work();
        return null;
      }
      submit();
      timestamps = createTimestamps(device);
      try {
        await work();
        submit();
        return await timestamps.read();
      } finally {
        timestamps.dispose();
        timestamps = null;
      }
    },
    dispose: () => {
      for (const buffer of owned.keys()) buffer.destroy();
      owned.clear();
      bindGroups.clear();
      uniform.destroy();
    },
  };
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 * 10 ? 1 : 0)} MiB`;
