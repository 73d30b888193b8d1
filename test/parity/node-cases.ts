/** Reference cases in a folder of this machine. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { CaseSource, ReadFile } from './case';

export interface CaseFolder {
  source: CaseSource;
  expectedFrom: ReadFile;
  /** Name of the case that `expectedFrom` reads. */
  expectedName: string;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const readFrom =
  (folder: string): ReadFile =>
  async (path) =>
    new Blob([new Uint8Array(readFileSync(join(folder, path)))]);

/** A folder without expectations of its own ("x-sharded") takes those of the case it is another form of ("x"). */
function expectedCase(root: string, name: string): string | null {
  for (let other = name; other !== ''; other = other.slice(0, Math.max(0, other.lastIndexOf('-')))) {
    if (existsSync(join(root, other, 'expected.json'))) return other;
  }
  return null;
}

/** All cases of `root`, or those named. @throws Error when there is none, or a named one is missing */
export function listCases(root: string, only: string[] | null): CaseFolder[] {
  if (!existsSync(root) || !statSync(root).isDirectory()) throw new Error(`${root} is not a folder.`);
  const all = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && expectedCase(root, entry.name),
  );
  const names = all.map((entry) => entry.name).toSorted();
  const missing = only?.find((name) => !names.includes(name));
  if (missing !== undefined) throw new Error(`${root} has no case ${missing}; it has: ${names.join(', ')}`);
  const chosen = names.filter((name) => only === null || only.includes(name));
  if (chosen.length === 0)
    throw new Error(`${root} holds no case: no folder with an expected.json (golden/README.md has the format).`);
  return chosen.map((name) => {
    const folder = join(root, name);
    const paths = filesBelow(folder).map((path) => relative(folder, path));
    const expectedName = expectedCase(root, name)!;
    return {
      source: { name, paths, read: readFrom(folder) },
      expectedFrom: readFrom(join(root, expectedName)),
      expectedName,
    };
  });
}
