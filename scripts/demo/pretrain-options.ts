/** The command line of `npm run demo:pretrain`. The defaults made the committed model. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, projectRoot } from '../lib/paths.mjs';
import type { BaseShape } from './base-model';

export interface PretrainOptions {
  shape: BaseShape;
  seed: number;
  /** Documents that the generator writes. */
  documents: number;
  steps: number;
  /** Sequences of one optimiser step. */
  batch: number;
  learningRate: number;
  checkpointEvery: number;
  /** Folder for the model's files. */
  out: string;
  /** Where the training's state is kept, to go on from. */
  state: string;
}

const numbers = {
  hidden: 128,
  intermediate: 384,
  layers: 4,
  heads: 4,
  seed: 42,
  documents: 200_000,
  steps: 2200,
  batch: 44,
  'checkpoint-every': 100,
  'learning-rate': 4e-3,
} as const;

export const usage =
  'usage: npm run demo:pretrain -- [--out DIR] [--state FILE] ' +
  Object.entries(numbers)
    .map(([name, value]) => `[--${name} ${value}]`)
    .join(' ');

/** @throws Error with the usage for what cannot be used */
export function readOptions(argv: string[]): PretrainOptions {
  const text = { type: 'string' } as const;
  const names = Object.keys(numbers).map((name) => [name, text] as const);
  const { values } = parseArgs({ args: argv, options: { ...Object.fromEntries(names), out: text, state: text } });
  const given: Readonly<Record<string, string | undefined>> = values;
  const number = (name: keyof typeof numbers): number => {
    const value = Number(given[name] ?? numbers[name]);
    const whole = name !== 'learning-rate';
    if (value > 0 && (!whole || Number.isInteger(value))) return value;
    throw new Error(`--${name} ${given[name]}: expected a positive ${whole ? 'whole number' : 'number'}.\n\n${usage}`);
  };
  return {
    shape: {
      hidden: number('hidden'),
      intermediate: number('intermediate'),
      layers: number('layers'),
      heads: number('heads'),
    },
    seed: number('seed'),
    documents: number('documents'),
    steps: number('steps'),
    batch: number('batch'),
    learningRate: number('learning-rate'),
    checkpointEvery: number('checkpoint-every'),
    out: values.out ?? join(projectRoot, 'public', 'demo', 'model'),
    state: values.state ?? join(cacheFolder, 'demo', 'pretrain.state'),
  };
}
