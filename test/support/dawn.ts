/**
 * WebGPU in Node: Dawn over one of the two software adapters. For tests and the parity runner; the studio itself never runs here.
 */
import { create, globals } from 'webgpu';
import { pollGently } from './gentle-polling';
import { type SoftwareAdapter, missingForNode, nodeEnvironment } from '../../scripts/lib/software-adapters.mjs';

/** Instances must live as long as anything made from them. */
const instances: GPU[] = [];

/**
 * Opens a fresh Dawn instance on one software adapter, and puts WebGPU's names on globalThis, as tfjs expects.
 * The Vulkan loader reads its variables when an instance is made, so both adapters can be used in one process.
 * Needs a main thread (vitest pool "forks"): in a worker thread, process.env does not reach the loader.
 * @throws Error when the machine lacks what the adapter needs
 */
export function openDawn(adapter: SoftwareAdapter): GPU {
  const reason = missingForNode(adapter);
  if (reason !== null) throw new Error(reason);
  Object.assign(process.env, nodeEnvironment(adapter));
  delete process.env['LD_PRELOAD'];
  pollGently();
  Object.assign(globalThis, globals);
  const gpu = create([]);
  instances.push(gpu);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  return gpu;
}

/**
 * Lets lavapipe of this process compile shaders without LLVM's optimisers, for tests whose kernels run once or twice: lora.test.ts
 * takes 11 s instead of 21. Tests with thousands of dispatches gain nothing (parity of packed halves: 121 s of processor
 * time instead of 104), and keep the optimised code tested. To be called before the first device: the driver asks once.
 */
export function compileQuickly(): void {
  process.env['GALLIVM_PERF'] = 'nopt';
}
