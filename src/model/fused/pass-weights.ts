/**
 * The weights of one pass: the base's, or a full set's in fp32, with the adapter's pairs, and where gradients go. Switching
 * the parameter set of a pass switches buffers only.
 */
import type { BufferPart } from '../../gpu/kernel';
import { loraRanks, type LoraPart } from '../../kernels/lora/parts';
import type { ModelConfig } from '../config';
import type { NormNames } from './block-names';
import { loraParts, mapRegion, type LinearMap } from './layout';
import type { FlatParameters } from './parameters';
import type { BaseWeights, Matrix } from './weights';

/** The LoRA pairs of one map. */
export interface MapLora {
  parts: readonly LoraPart[];
  rank: number;
  /** Columns of U. */
  ranks: number;
  /** alpha / rank */
  scale: number;
  a: BufferPart;
  b: BufferPart;
  /** Null where nothing is trained. */
  gradient: { a: BufferPart; b: BufferPart } | null;
}

export interface MapWeights {
  matrix: Matrix;
  /** [out, in] ('nt': y = x W^T) or GPT-2's [in, out] ('nn'). */
  forward: 'nt' | 'nn';
  bias: BufferPart | undefined;
  lora: MapLora | null;
  /** Of weight and bias, in full-parameter training. */
  gradient: { weight: BufferPart; bias: BufferPart | undefined } | null;
}

export interface NormWeights {
  weight: BufferPart;
  bias: BufferPart | undefined;
  gradient: { weight: BufferPart; bias: BufferPart | undefined } | null;
}

export interface PassWeights {
  /** All weights get gradients. */
  full: boolean;
  map(map: LinearMap): MapWeights;
  norm(names: NormNames): NormWeights;
  /** A single vector, such as a q norm, with its gradient. */
  vector(name: string): { values: BufferPart; gradient: BufferPart | null };
  /** An embedding or head matrix [rows, hidden], with its gradient. */
  matrix(name: string): { matrix: Matrix; gradient: BufferPart | null };
}

/** @param train gradients are wanted; the set's gradient vector must be there */
export function passWeights(
  config: ModelConfig,
  base: BaseWeights,
  set: FlatParameters | null,
  train: boolean,
): PassWeights {
  const full = set?.kind === 'full' ? set : null;
  const gradients = train && set ? set.gradient() : null;
  const gradientOf = (region: string): BufferPart | null => (full && gradients && full.part(region, gradients)) ?? null;
  const vectorOf = (region: string): BufferPart | undefined =>
    full ? full.part(region, full.values) : base.vector(region);
  const matrixOf = (region: string): Matrix => {
    const matrix = base.matrix(region);
    const part = full?.part(region, full.values);
    return part ? { ...matrix, part, type: 'f32', stride: matrix.columns } : matrix;
  };
  const need = (region: string): BufferPart => {
    const part = vectorOf(region);
    if (!part) throw new Error(`internal: the model has no vector ${region}`);
    return part;
  };
  const loraOf = (map: LinearMap): MapLora | null => {
    const lora = set?.lora;
    if (!set || !lora) return null;
    const [keyA, keyB] = [mapRegion(map, 'lora_A'), mapRegion(map, 'lora_B')];
    const [a, b] = [set.part(keyA, set.values), set.part(keyB, set.values)];
    if (!a || !b) return null;
    const parts = loraParts(map, lora);
    return {
      parts,
      rank: lora.rank,
      ranks: loraRanks(parts, lora.rank),
      scale: lora.alpha / lora.rank,
      a,
      b,
      gradient: gradients && { a: set.part(keyA, gradients)!, b: set.part(keyB, gradients)! },
    };
  };
  return {
    full: full !== null && train,
    map: (map) => {
      const [weightKey, biasKey] = [mapRegion(map, 'weight'), mapRegion(map, 'bias')];
      const weight = gradientOf(weightKey);
      return {
        matrix: matrixOf(weightKey),
        forward: config.family === 'gpt2' ? 'nn' : 'nt',
        bias: map.bias ? need(biasKey) : undefined,
        lora: loraOf(map),
        gradient: weight && { weight, bias: gradientOf(biasKey) ?? undefined },
      };
    },
    norm: ({ weight, bias }) => {
      const gradient = gradientOf(weight);
      return {
        weight: need(weight),
        bias: bias === undefined ? undefined : need(bias),
        gradient: gradient && {
          weight: gradient,
          bias: bias === undefined ? undefined : (gradientOf(bias) ?? undefined),
        },
      };
    },
    vector: (name) => ({ values: need(name), gradient: gradientOf(name) }),
    matrix: (name) => ({ matrix: matrixOf(name), gradient: gradientOf(name) }),
  };
}
