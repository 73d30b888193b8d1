/**
 * RoPE settings of a config.json, in the style of transformers 4 (rope_theta, rope_scaling, with the older key "type")
 * and 5 (rope_parameters). The tables themselves are made in rope.ts.
 */
import { z } from 'zod';
import type { RopeScaling } from './config';
import type { ConfigFields } from './config-fields';

const positive = z.number().positive();
const supported = ['default', 'linear', 'dynamic', 'llama3', 'yarn'];

/** Reads base and scaling. @throws InputError for a type or setting that is not supported. */
export function parseRope(
  fields: ConfigFields,
  contextLength: number,
): { ropeTheta: number; ropeScaling: RopeScaling } {
  const source = ropeFields(fields);
  const topTheta = fields.optional('rope_theta', positive);
  const ropeTheta = source?.optional('rope_theta', positive) ?? topTheta ?? 10000;
  for (const part of [fields, source]) {
    const partial = part?.optional('partial_rotary_factor', z.number());
    if (partial !== undefined && partial !== 1)
      part?.refuse('partial_rotary_factor', partial, 'is supported only as 1');
  }
  return { ropeTheta, ropeScaling: source ? parseScaling(fields, source, contextLength) : { type: 'default' } };
}

function ropeFields(fields: ConfigFields): ConfigFields | undefined {
  const section = z.record(z.string(), z.unknown());
  for (const name of ['rope_parameters', 'rope_scaling']) {
    const value = fields.optional(name, section);
    if (value) return fields.inside(name, value);
  }
  return undefined;
}

function parseScaling(fields: ConfigFields, source: ConfigFields, contextLength: number): RopeScaling {
  const type = source.optional('rope_type', z.string()) ?? source.optional('type', z.string()) ?? 'default';
  const original = () =>
    fields.optional('original_max_position_embeddings', positive) ??
    source.optional('original_max_position_embeddings', positive) ??
    contextLength;
  switch (type) {
    case 'default':
      return { type };
    case 'linear':
      return { type, factor: source.required('factor', positive) };
    case 'dynamic':
      // transformers measures "dynamic" against max_position_embeddings alone
      return { type, factor: source.required('factor', positive), originalContextLength: contextLength };
    case 'llama3':
      return parseLlama3(source, original());
    case 'yarn':
      return parseYarn(source, original(), contextLength);
    default:
      return source.refuse('rope_type', type, `is not supported; supported are ${supported.join(', ')}`);
  }
}

function parseLlama3(source: ConfigFields, originalContextLength: number): RopeScaling {
  const lowFreqFactor = source.required('low_freq_factor', positive);
  const highFreqFactor = source.required('high_freq_factor', positive);
  if (highFreqFactor <= lowFreqFactor) {
    source.refuse('high_freq_factor', highFreqFactor, `must be over low_freq_factor (${lowFreqFactor})`);
  }
  const factor = source.required('factor', positive);
  return { type: 'llama3', factor, lowFreqFactor, highFreqFactor, originalContextLength };
}

function parseYarn(source: ConfigFields, originalContextLength: number, contextLength: number): RopeScaling {
  return {
    type: 'yarn',
    factor: source.optional('factor', positive) ?? contextLength / originalContextLength,
    originalContextLength,
    betaFast: source.optional('beta_fast', positive) ?? 32,
    betaSlow: source.optional('beta_slow', positive) ?? 1,
    attentionFactor: source.optional('attention_factor', z.number().min(0)) ?? null,
    mscale: source.optional('mscale', z.number().min(0)) ?? null,
    mscaleAllDim: source.optional('mscale_all_dim', z.number().min(0)) ?? null,
    truncate: source.optional('truncate', z.boolean()) ?? true,
  };
}
