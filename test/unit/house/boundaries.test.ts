/** Proves that every layer rule bites: builds a small project with one violation for each rule, and runs dependency-cruiser on it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = process.cwd();

/** Rule -> a file and the line in it that breaks the rule. */
const violations: Record<string, [file: string, line: string]> = {
  'layer-protocol': ['src/protocol/bad.ts', `export { x } from '../client/ok';`],
  'layer-client': ['src/client/bad.ts', `import type { X } from '../store/ok'; export type Y = X;`],
  'layer-store': ['src/store/bad.ts', `export { x } from '../model/ok';`],
  'layer-ui': ['src/ui/bad.tsx', `import { x } from '../ops/ok'; export const Bad = () => <p>{x}</p>;`],
  'layer-gpu': ['src/gpu/bad.ts', `export { x } from '../kernels/ok';`],
  'layer-kernels': ['src/kernels/bad.ts', `export { x } from '../ops/ok';`],
  'layer-ops': ['src/ops/bad.ts', `export { x } from '../model/ok';`],
  'layer-losses': ['src/losses/bad.ts', `export { x } from '../training/ok';`],
  'layer-model': ['src/model/bad.ts', `export { x } from '../training/ok';`],
  'layer-data': ['src/data/bad.ts', `export { x } from '../storage/ok';`],
  'layer-demo': ['src/demo/bad.ts', `export { x } from '../model/ok';`],
  'demo-is-alone': ['src/demo/bad-data.ts', `export { x } from '../data/ok';`],
  'layer-storage': ['src/storage/bad.ts', `export { x } from '../client/ok';`],
  'layer-exchange': ['src/exchange/bad.ts', `export { x } from '../storage/ok';`],
  'layer-training': ['src/training/bad.ts', `export { x } from '../rounds/ok';`],
  'layer-generation': ['src/generation/bad.ts', `export const load = () => import('../rounds/ok');`],
  'layer-evaluation': ['src/evaluation/bad.ts', `export { x } from '../ui/ok';`],
  'layer-rounds': ['src/rounds/bad.ts', `export { x } from '../store/ok';`],
  'layer-workers': ['workers/bad.worker.ts', `export { x } from '../src/client/ok';`],
  'known-folder': ['src/other/bad.ts', `export { x } from '../protocol/ok';`],
  'package-tfjs': ['src/training/tfjs.ts', `import type { Tensor } from '@tensorflow/tfjs'; export type T = Tensor;`],
  'package-react': ['src/store/react.ts', `export { useState } from 'react';`],
  'package-idb': ['src/rounds/idb.ts', `export { openDB } from 'idb';`],
  'protocol-imports-zod-only': ['src/protocol/package.ts', `export { create } from 'zustand';`],
  'no-node-in-browser-code': ['src/data/node.ts', `export { readFileSync } from 'node:fs';`],
  'not-unresolvable': ['src/data/nowhere.ts', `export { x } from './does-not-exist';`],
  'no-cycles': ['src/data/cycle.ts', `import { y } from './cycle-back'; export const x = () => y;`],
};

const layers = [
  ...[
    'protocol',
    'client',
    'store',
    'ui',
    'gpu',
    'kernels',
    'ops',
    'losses',
    'model',
    'data',
    'demo',
    'storage',
    'exchange',
  ],
  ...['training', 'generation', 'evaluation', 'rounds'],
];

interface Report {
  summary: { violations: { rule: { name: string }; from: string }[] };
}

let project: string;
let report: Report;

function write(path: string, content: string): void {
  const full = join(project, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `${content}\n`);
}

function cruise(): Report {
  const config = join(root, '.dependency-cruiser.cjs');
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = ['--require', join(root, 'scripts/lib/typescript-6.cjs'), program, '--config', config];
  const options = { cwd: project, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  return JSON.parse(spawnSync(process.execPath, [...args, '--output-type', 'json', 'src', 'workers'], options).stdout);
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'whetstone-boundaries-'));
  for (const name of ['@tensorflow/tfjs', 'react', 'idb', 'zustand']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, 'export const useState = 1, openDB = 1, create = 1;');
  }
  write(
    'package.json',
    JSON.stringify({ type: 'module', dependencies: { '@tensorflow/tfjs': '*', react: '*', idb: '*', zustand: '*' } }),
  );
  write('tsconfig.base.json', '{}');
  for (const layer of layers) write(`src/${layer}/ok.ts`, 'export const x = 1; export type X = number;');
  write('src/data/cycle-back.ts', `import { x } from './cycle'; export const y = () => x;`);
  write('src/training/allowed.ts', `export { x } from '../model/ok';`);
  write('src/ops/allowed.ts', `import type { Tensor } from '@tensorflow/tfjs'; export type T = Tensor;`);
  write('src/store/types-a.ts', `import type { B } from './types-b'; export type A = B | null;`);
  write('src/store/types-b.ts', `import type { A } from './types-a'; export interface B { a: A }`);
  for (const [file, line] of Object.values(violations)) write(file, line);
  report = cruise();
}, 60_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('layer rules', () => {
  it.each(Object.entries(violations))('%s is reported', (rule, [file]) => {
    const found = report.summary.violations.filter(({ rule: { name } }) => name === rule).map(({ from }) => from);
    expect(found.some((from) => from === file || (rule === 'no-cycles' && from === 'src/data/cycle-back.ts'))).toBe(
      true,
    );
  });

  it('nothing that is allowed is reported, type cycles included', () => {
    const bad = new Set([...Object.values(violations).map(([file]) => file), 'src/data/cycle-back.ts']);
    expect(report.summary.violations.filter(({ from }) => !bad.has(from))).toEqual([]);
  });
});
