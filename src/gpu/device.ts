/**
 * Opens the one GPU device of the studio, with every limit and feature we use, and watches it.
 * The only file that touches navigator.gpu. Leaves out what is computed on the device.
 */
import { DeviceError } from '../protocol/errors';
import type { AdapterSummary } from '../protocol/adapter';

export interface StudioDevice {
  device: GPUDevice;
  info: GPUAdapterInfo;
  summary: AdapterSummary;
  /** Resolves (never rejects) when the device is gone for another reason than our own destroy(). */
  lost: Promise<DeviceError>;
  /** Errors that no error scope caught, oldest first. A shader that fails validation shows only here. */
  uncapturedErrors: string[];
}

/** Limits asked for at the adapter's maximum, each with its reason. */
const wantedLimits = [
  'maxBufferSize', // one weight matrix or one batch of activations a buffer
  'maxStorageBufferBindingSize', // the same, bound whole
  'maxComputeWorkgroupStorageSize', // matmul tiles
  'maxComputeInvocationsPerWorkgroup', // reductions over long rows
  'maxComputeWorkgroupSizeX', // the same
  'maxComputeWorkgroupsPerDimension', // elementwise ops on large tensors
  'maxStorageBuffersPerShaderStage', // fused kernels with many inputs
] as const;

/** Optional features, each with its reason. */
const wantedFeatures: GPUFeatureName[] = [
  'shader-f16', // native half arithmetic; without it halves are unpacked from u32
  'subgroups', // faster reductions
  'timestamp-query', // GPU time per kernel
];

const noWebGpuAdvice =
  'Use Chrome or Edge 113 or newer over https or on localhost. On Linux start Chrome with --enable-unsafe-webgpu ' +
  '--enable-features=Vulkan; chrome://gpu says whether the graphics card is blocked.';

/** The browser's WebGPU entry point, or undefined where there is none (old browser, insecure context). */
export function browserGpu(): GPU | undefined {
  return globalThis.navigator?.gpu;
}

/**
 * Opens the adapter's device with all wanted limits and features.
 * @throws DeviceError when there is no WebGPU or no adapter; the message says what to do.
 */
export async function openDevice(gpu: GPU | undefined): Promise<StudioDevice> {
  if (!gpu) throw new DeviceError(`This browser offers no WebGPU here. ${noWebGpuAdvice}`);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new DeviceError(`WebGPU is there, but no graphics adapter answers. ${noWebGpuAdvice}`);
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(wantedLimits.map((name) => [name, adapter.limits[name]])),
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
  });
  return { device, info: adapter.info, summary: summarise(adapter, device), ...watch(device) };
}

function watch(device: GPUDevice): Pick<StudioDevice, 'lost' | 'uncapturedErrors'> {
  const uncapturedErrors: string[] = [];
  device.addEventListener('uncapturederror', (event) => uncapturedErrors.push(event.error.message));
  const lost = device.lost.then((info) => {
    const error = new DeviceError(
      `The GPU device was lost (${info.reason}): ${info.message || 'no reason given'}. Continue the run to open it again.`,
    );
    return info.reason === 'destroyed' ? new Promise<DeviceError>(() => {}) : error;
  });
  return { lost, uncapturedErrors };
}

function summarise(adapter: GPUAdapter, device: GPUDevice): AdapterSummary {
  const { vendor, architecture, description } = adapter.info;
  return {
    vendor,
    architecture,
    description,
    software: isSoftware(adapter.info),
    features: [...device.features].toSorted(),
    maxBufferSize: device.limits.maxBufferSize,
    limits: limitsOf(device),
  };
}

/** Limits are properties of the prototype, which spreading would miss. */
function limitsOf({ limits }: GPUDevice): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name in limits) {
    const value: unknown = Reflect.get(limits, name);
    if (typeof value === 'number') found[name] = value;
  }
  return found;
}

function isSoftware(info: GPUAdapterInfo): boolean {
  const text = `${info.architecture} ${info.description}`.toLowerCase();
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software/.test(text);
}
