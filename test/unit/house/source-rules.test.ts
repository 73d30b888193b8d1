/** Rules of the house that no linter here knows: what only one layer may name, and ways around the type system. Reads the sources. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = process.cwd();

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : sourceFiles(path);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [path] : [];
  });
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

const sources = ['src', 'workers'].flatMap((name) => sourceFiles(join(root, name)));
const all = [...sources, ...['test', 'scripts'].flatMap((name) => sourceFiles(join(root, name)))];

/** Files, relative to the project, whose code (comments aside) matches. */
function matching(files: string[], pattern: RegExp): string[] {
  const hits = files.filter((file) => pattern.test(withoutComments(readFileSync(file, 'utf8'))));
  return hits.map((file) => relative(root, file));
}

const outside = (files: string[], folder: string) => files.filter((file) => !file.startsWith(folder));

describe('sources', () => {
  it('are found at all', () => expect(sources.length).toBeGreaterThan(20));

  it('ask for the GPU only in src/gpu and where a worker or device is opened', () => {
    // A worker entry hands `navigator.gpu` to openDevice, which takes it as an argument so that Node can give Dawn's.
    const allowed = /^(src\/gpu\/|workers\/)/;
    expect(matching(sources, /navigator\s*\??\.\s*gpu\b/).filter((file) => !allowed.test(file))).toEqual([]);
  });

  it('know indexedDB only in src/storage', () => {
    expect(outside(matching(sources, /\bindexedDB\b|from 'idb'/), 'src/storage/')).toEqual([]);
  });

  it('name document and window only on the page', () => {
    const engine = sources.filter((file) => !/^src\/(ui|store|client)\//.test(relative(root, file)));
    expect(matching(engine, /(?<![.\w'])(document|window)\.\w/)).toEqual([]);
  });

  it('have no double casts, any, default exports or switched-off checks', () => {
    const typed = all.filter((file) => !file.endsWith('.mjs') && !file.endsWith('source-rules.test.ts'));
    expect(matching(typed, /\bas unknown as\b|\bas any\b|<any>|:\s*any\b/)).toEqual([]);
    expect(matching(typed, /^export default /m)).toEqual([]);
    expect(typed.filter((file) => /@ts-(ignore|nocheck)|eslint-disable/.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('hold no path of one machine', () => {
    const others = all.filter((file) => !file.endsWith('source-rules.test.ts'));
    expect(others.filter((file) => /['"`]\/(work|home|root|Users)\//.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('open with a comment on their purpose', () => {
    const silent = sources.filter((file) => !/^(#!.*\n)?\s*\/(\*|\/)/.test(readFileSync(file, 'utf8')));
    expect(silent.map((file) => relative(root, file))).toEqual([]);
  });
});
