/** Where the golden cases are, as files on disk and as the page would hand them over. Holds no expectations. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedFile } from '../../../src/protocol/library';

// The shared folder has all cases; the fixtures are the few that travel with the project.
const root = [join('..', 'shared', 'golden'), join('test', 'fixtures', 'golden')].find((path) => existsSync(path));

/** Path of a file of the golden cases, from "llama-tiny/config.json". */
export function golden(path: string): string {
  return join(root ?? 'absent', path);
}

function hasWeights(name: string): boolean {
  const files = ['model.safetensors', 'model.safetensors.index.json'];
  return existsSync(golden(`${name}/config.json`)) && files.some((file) => existsSync(golden(`${name}/${file}`)));
}

/** The cases that hold a whole model. */
export const goldenCases = root ? readdirSync(root).filter(hasWeights) : [];

/** Folders of PEFT adapters, as "case/folder". */
export const goldenAdapters = goldenCases.flatMap((name) =>
  readdirSync(golden(name))
    .filter((folder) => existsSync(golden(`${name}/${folder}/adapter_model.safetensors`)))
    .map((folder) => `${name}/${folder}`),
);

export function goldenJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(golden(path), 'utf8'));
}

export function goldenBlob(path: string): Blob {
  return new Blob([readFileSync(golden(path))]);
}

/** The files directly in a folder, under `prefix`. */
export function folderFiles(folder: string, prefix = ''): NamedFile[] {
  return readdirSync(folder)
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => ({ path: prefix + name, file: new Blob([readFileSync(join(folder, name))]) }));
}
