/** The command line of the parity runner. */
import { parseArgs } from 'node:util';
import { checkNames } from './run-case';

export interface ParityOptions {
  folder: string;
  adapter: 'lavapipe' | 'swiftshader' | 'gpu';
  browser: boolean;
  /** null = all. */
  cases: string[] | null;
  checks: string[];
  markdown: boolean;
}

export const usage =
  'usage: npm run parity -- DIR [--engine definition|fused] [--precision fp32|packed|native] ' +
  '[--adapter lavapipe|swiftshader|gpu] [--cases a,b] [--checks a,b] [--browser] [--markdown]\n' +
  `checks: ${checkNames.join(', ')}`;

const list = (value: string | undefined) => value?.split(',').map((item) => item.trim()) ?? null;

/** @throws Error with the usage for a word it does not know, or an engine or precision that does not exist yet */
export function parseOptions(args: string[]): ParityOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'definition' },
      precision: { type: 'string', default: 'fp32' },
      adapter: { type: 'string', default: 'lavapipe' },
      cases: { type: 'string' },
      checks: { type: 'string' },
      browser: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new Error(usage);
  if (values.engine !== 'definition') {
    throw new Error(
      `--engine ${values.engine}: this version has the engine "definition" only; the fused one is not built yet.`,
    );
  }
  if (values.precision !== 'fp32') {
    throw new Error(
      `--precision ${values.precision}: the definition engine computes in fp32 only; packed and native fp16 belong to the fused engine.`,
    );
  }
  const { adapter } = values;
  if (adapter !== 'lavapipe' && adapter !== 'swiftshader' && adapter !== 'gpu')
    throw new Error(`--adapter ${adapter}: unknown.\n${usage}`);
  const checks = list(values.checks) ?? checkNames;
  const unknown = checks.find((name) => !checkNames.includes(name));
  if (unknown !== undefined) throw new Error(`--checks ${unknown}: unknown.\n${usage}`);
  return { folder, adapter, checks, cases: list(values.cases), browser: values.browser, markdown: values.markdown };
}
