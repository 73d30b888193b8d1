/**
 * Who takes part. The first of each list that can run is the base of the ratios: our engine, then the peers. A contender
 * is made anew for each setting.
 */
import type { SoftwareAdapter } from '../../scripts/lib/software-adapters.mjs';
import type { DpoContender, GenerationContender, MatmulContender } from './contender';
import { fusedDpo } from './ours/fused-dpo';
import { fusedGeneration } from './ours/fused-generation';
import { fusedMatmul } from './ours/fused-matmul';
import { jaxDpo } from './peers/jax-dpo';
import { jaxGeneration } from './peers/jax-generation';
import { jaxMatmul } from './peers/jax-matmul';
import { tfjsDpo } from './peers/tfjs-dpo';
import { tfjsGeneration } from './peers/tfjs-generation';
import { tfjsMatmul } from './peers/tfjs-matmul';
import { wllama } from './peers/wllama';

export const dpoContenders = (): DpoContender[] => [
  fusedDpo({ name: 'fused' }),
  tfjsDpo(false),
  tfjsDpo(true),
  jaxDpo(),
];

export const matmulContenders = (): MatmulContender[] => [
  fusedMatmul('packed'),
  fusedMatmul('native'),
  tfjsMatmul(),
  jaxMatmul(),
];

/** @param context tokens that a slot must hold */
export function generationContenders(adapter: SoftwareAdapter, slots: number, context: number): GenerationContender[] {
  return [
    fusedGeneration(),
    tfjsGeneration(),
    jaxGeneration(context),
    wllama({ adapter, on: 'webgpu', slots, context }),
    wllama({ adapter, on: 'wasm', slots, context }),
  ];
}
