/** The command line of the benchmark. */
import { parseArgs } from 'node:util';
import type { SoftwareAdapter } from '../../scripts/lib/software-adapters.mjs';
import { modelConfigs, type ModelName } from './support/bench-model';

/** Our engine beside its peers, then beside itself with other settings. */
const usualSections = ['dpo', 'generation', 'matmul', 'prefix', 'recompute', 'scaling', 'usage'] as const;
/** Of TinyLlama's shape all, or generation alone: many minutes on a CPU, so only on request. */
export const sectionNames = [...usualSections, 'tinyllama', 'tinyllama-generation'] as const;
export type SectionName = (typeof sectionNames)[number];

export interface BenchOptions {
  only: SectionName[];
  /** Paired runs of each ratio. */
  runs: number;
  /** JSON file, or null for none. */
  out: string | null;
  model: ModelName;
  adapter: SoftwareAdapter;
  /** Substrings of contenders' names; null = all. */
  contenders: string[] | null;
  newTokens: number;
}

export const usage =
  `usage: npm run bench -- [--only ${sectionNames.join(',')}] [--runs N] [--out FILE] [--model bench|toy] ` +
  '[--adapter lavapipe|swiftshader] [--contenders tfjs,jax-js,...] [--new-tokens N]';

const list = (value: string) => value.split(',').map((item) => item.trim());

function positive(name: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} ${value}: must be a whole number from 1 on.\n${usage}`);
}

/** @throws Error with the usage for what it does not know */
export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: usualSections.join(',') },
      runs: { type: 'string', default: '5' },
      out: { type: 'string' },
      model: { type: 'string', default: 'bench' },
      adapter: { type: 'string', default: 'lavapipe' },
      contenders: { type: 'string' },
      'new-tokens': { type: 'string', default: '128' },
    },
  });
  const known = <T extends string>(name: string, value: string, all: readonly T[]): T => {
    const found = all.find((candidate) => candidate === value);
    if (found === undefined) throw new Error(`--${name} ${value}: unknown; there are: ${all.join(', ')}.\n${usage}`);
    return found;
  };
  return {
    only: list(values.only).map((name) => known('only', name, sectionNames)),
    runs: positive('runs', values.runs),
    out: values.out ?? null,
    model: known('model', values.model, Object.keys(modelConfigs).filter(isModelName)),
    adapter: known('adapter', values.adapter, ['lavapipe', 'swiftshader']),
    contenders: values.contenders === undefined ? null : list(values.contenders),
    newTokens: positive('new-tokens', values['new-tokens']),
  };
}

const isModelName = (name: string): name is ModelName => name in modelConfigs;
