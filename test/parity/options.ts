/** The command line of the parity runner. */
import { parseArgs } from 'node:util';
import type { EngineName, Precision } from './engines';
import { checkNames } from './run-case';

export interface ParityOptions {
  folder: string;
  adapter: 'lavapipe' | 'swiftshader' | 'gpu';
  browser: boolean;
  /** null = all. */
  cases: string[] | null;
  checks: string[];
  markdown: boolean;
  engine: EngineName;
  precision: Precision;
}

export const usage =
  'usage: npm run parity -- DIR [--engine definition|fused] [--precision fp32|packed|native] ' +
  '[--adapter lavapipe|swiftshader|gpu] [--cases a,b] [--checks a,b] [--browser] [--markdown]\n' +
  `checks: ${checkNames.join(', ')}`;

const list = (value: string | undefined) => value?.split(',').map((item) => item.trim()) ?? null;

/** @throws Error with the usage for a word it does not know, or a precision that the engine does not have */
export function parseOptions(args: string[]): ParityOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'definition' },
      precision: { type: 'string' },
      adapter: { type: 'string', default: 'lavapipe' },
      cases: { type: 'string' },
      checks: { type: 'string' },
      browser: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new Error(usage);
  const { adapter, engine, precision = engine === 'fused' ? 'packed' : 'fp32' } = values;
  if (engine !== 'definition' && engine !== 'fused') throw new Error(`--engine ${engine}: unknown.\n${usage}`);
  if (precision !== 'fp32' && precision !== 'packed' && precision !== 'native')
    throw new Error(`--precision ${precision}: unknown.\n${usage}`);
  if (engine === 'definition' && precision !== 'fp32') {
    throw new Error(
      `--precision ${precision}: the definition engine computes in fp32 only; packed and native fp16 belong to --engine fused.`,
    );
  }
  if (adapter !== 'lavapipe' && adapter !== 'swiftshader' && adapter !== 'gpu')
    throw new Error(`--adapter ${adapter}: unknown.\n${usage}`);
  const checks = list(values.checks) ?? checkNames;
  const unknown = checks.find((name) => !checkNames.includes(name));
  if (unknown !== undefined) throw new Error(`--checks ${unknown}: unknown.\n${usage}`);
  const { browser, markdown } = values;
  return { folder, adapter, engine, precision, checks, cases: list(values.cases), browser, markdown };
}
