/** The engine under test on one device: what makes its models, and what it leaves on the GPU. */
import type { StudioDevice } from '../../src/gpu/device';
import { createDefinitionModel } from '../../src/model/definition-model';
import { createFusedModel } from '../../src/model/fused/fused-model';
import { startBackend, type Backend } from '../../src/ops/backend';
import type { CreateAnyModel } from './case';

export type EngineName = 'definition' | 'fused';
/** How base weights are kept: fp32, halves in a u32, or the GPU's own f16. */
export type Precision = 'fp32' | 'packed' | 'native';

export interface EngineUnderTest {
  backend: Backend;
  createModel: CreateAnyModel;
  /** Whether weights that are stored in fp32 are rounded to fp16. */
  roundsWeights: boolean;
  /** Rejects when the GPU reported an error. */
  check(): Promise<void>;
}

/** @throws Error when the device lacks what the precision needs */
export async function openEngine(
  studioDevice: StudioDevice,
  engine: EngineName,
  precision: Precision,
): Promise<EngineUnderTest> {
  const backend = await startBackend(studioDevice);
  if (engine === 'definition') {
    return { backend, createModel: createDefinitionModel, roundsWeights: false, check: () => backend.check() };
  }
  if (precision === 'native' && !studioDevice.device.features.has('shader-f16'))
    throw new Error('--precision native: this adapter has no shader-f16. Use --precision packed.');
  const { runtime } = backend;
  const weightType = precision === 'fp32' ? 'f32' : precision;
  const { software } = studioDevice.summary;
  return {
    backend,
    createModel: (config, weights) => createFusedModel(runtime, config, weights, { software, weightType }),
    roundsWeights: precision !== 'fp32',
    check: async () => {
      await runtime.finish();
      await backend.check();
    },
  };
}
