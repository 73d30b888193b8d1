/**
 * Tables of rotary position embeddings, with the scaling variants of transformers. Leaves out applying them (blocks do)
 * and LongRoPE. Formulas follow huggingface/transformers src/transformers/modeling_rope_utils.py (v5), by section name.
 *
 * Precision: torch computes inverse frequencies, angles, cos and sin in fp32. An fp32 frequency is off by up to 6e-8 of
 * itself, which times position 8,192 is an angle off by 3e-4: to agree with PyTorch the same roundings are made here
 * (Math.fround after each step), rather than a more exact table.
 */
import type { LlamaConfig, RopeScaling } from './config';

/** cos and sin, each [length, headDim] row-major; columns d and d + headDim/2 belong to one frequency. */
export interface RopeTables {
  cos: Float32Array;
  sin: Float32Array;
}

type Scaled<Type extends RopeScaling['type']> = Extract<RopeScaling, { type: Type }>;

/**
 * cos and sin for positions 0 to length-1, each frequency twice: cat(freqs, freqs).
 * @param length positions; only type "dynamic" makes the frequencies depend on it
 */
export function ropeTables(config: LlamaConfig, length: number): RopeTables {
  const frequencies = inverseFrequencies(config, length);
  const factor = Math.fround(attentionFactor(config.ropeScaling));
  const half = frequencies.length;
  const cos = new Float32Array(length * config.headDim);
  const sin = new Float32Array(length * config.headDim);
  for (let position = 0; position < length; position++) {
    frequencies.forEach((frequency, i) => {
      const angle = Math.fround(frequency * position);
      const at = position * config.headDim + i;
      cos[at] = cos[at + half] = Math.fround(Math.cos(angle)) * factor;
      sin[at] = sin[at + half] = Math.fround(Math.sin(angle)) * factor;
    });
  }
  return { cos, sin };
}

/** Radians a position, [headDim/2], after scaling. Values are fp32. */
export function inverseFrequencies(config: LlamaConfig, length: number): Float32Array {
  const scaling = config.ropeScaling;
  switch (scaling.type) {
    case 'default':
      return unscaled(config.ropeTheta, config.headDim);
    case 'linear':
      return unscaled(config.ropeTheta, config.headDim).map((frequency) => frequency / scaling.factor);
    case 'dynamic':
      return unscaled(dynamicBase(config, scaling, length), config.headDim);
    case 'llama3':
      return unscaled(config.ropeTheta, config.headDim).map((frequency) => llama3Frequency(frequency, scaling));
    case 'yarn':
      return yarn(config, scaling);
  }
}

/** theta^(2i/dim), the wavelengths over 2 pi. [dim/2] */
function wavelengths(theta: number, dim: number): Float32Array {
  const base = Math.fround(theta);
  return Float32Array.from({ length: dim / 2 }, (_, i) => Math.pow(base, Math.fround((2 * i) / dim)));
}

/** 1 / theta^(2i/dim), `compute_default_rope_parameters`. [dim/2] */
function unscaled(theta: number, dim: number): Float32Array {
  return wavelengths(theta, dim).map((wavelength) => 1 / wavelength);
}

/**
 * NTK-aware base for a sequence of `length`: theta * (s * length/original - (s - 1))^(dim/(dim-2)) with s the factor;
 * theta itself up to the original length. `_compute_dynamic_ntk_parameters`.
 */
function dynamicBase(config: LlamaConfig, scaling: Scaled<'dynamic'>, length: number): number {
  const { factor, originalContextLength } = scaling;
  if (length <= originalContextLength) return config.ropeTheta;
  const stretch = (factor * length) / originalContextLength - (factor - 1);
  return config.ropeTheta * Math.pow(stretch, config.headDim / (config.headDim - 2));
}

/**
 * Long wavelengths are divided by the factor, short ones kept, those between blended. `_compute_llama3_parameters`.
 */
function llama3Frequency(frequency: number, scaling: Scaled<'llama3'>): number {
  const { factor, lowFreqFactor, highFreqFactor, originalContextLength } = scaling;
  const wavelength = Math.fround(Math.fround(1 / frequency) * Math.fround(2 * Math.PI));
  if (wavelength > originalContextLength / lowFreqFactor) return frequency / factor;
  if (wavelength < originalContextLength / highFreqFactor) return frequency;
  const turns = Math.fround(Math.fround(1 / wavelength) * originalContextLength);
  const smooth = Math.fround(Math.fround(turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor));
  return Math.fround(Math.fround((1 - smooth) * frequency) / factor) + Math.fround(smooth * frequency);
}

/**
 * Blends interpolated (/ factor) and unscaled frequencies by a linear ramp between the dimensions that turn betaFast and
 * betaSlow times in the original context. arXiv:2309.00071 section 3.2, `_compute_yarn_parameters`.
 */
function yarn(config: LlamaConfig, scaling: Scaled<'yarn'>): Float32Array {
  const dim = config.headDim;
  const { low, high } = yarnRange(config, scaling);
  return wavelengths(config.ropeTheta, dim).map((wavelength, i) => {
    const ramp = Math.fround(Math.min(1, Math.max(0, Math.fround((i - low) / (high - low)))));
    const keep = Math.fround(1 - ramp);
    const interpolated = Math.fround(1 / Math.fround(scaling.factor * wavelength));
    return Math.fround(interpolated * Math.fround(1 - keep)) + Math.fround(Math.fround(1 / wavelength) * keep);
  });
}

/** The ramp's ends, in dimensions. The dimension with n turns is dim * ln(L / (2 pi n)) / (2 ln theta). */
function yarnRange(config: LlamaConfig, scaling: Scaled<'yarn'>): { low: number; high: number } {
  const dimensionOf = (turns: number) =>
    (config.headDim * Math.log(scaling.originalContextLength / (turns * 2 * Math.PI))) /
    (2 * Math.log(config.ropeTheta));
  const round = scaling.truncate ? { down: Math.floor, up: Math.ceil } : { down: Number, up: Number };
  const low = Math.max(round.down(dimensionOf(scaling.betaFast)), 0);
  const high = Math.min(round.up(dimensionOf(scaling.betaSlow)), config.headDim - 1);
  return { low, high: low === high ? high + 0.001 : high };
}

/** What cos and sin are multiplied by: 1, or YaRN's m(mscale) / m(mscale_all_dim), m(x) = 0.1 x ln(factor) + 1. */
function attentionFactor(scaling: RopeScaling): number {
  if (scaling.type !== 'yarn') return 1;
  if (scaling.attentionFactor !== null) return scaling.attentionFactor;
  const magnitude = (scale: number) => (scaling.factor <= 1 ? 1 : 0.1 * scale * Math.log(scaling.factor) + 1);
  if (scaling.mscale && scaling.mscaleAllDim) return magnitude(scaling.mscale) / magnitude(scaling.mscaleAllDim);
  return magnitude(1);
}
