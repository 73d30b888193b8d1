/** Artifacts of stages as files of a folder, so that experiments that share stages compute them once. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ArtifactStore } from '../../src/storage/artifact-store';
import { artifactSchema } from '../../src/storage/records';

export function folderStore(folder: string): ArtifactStore {
  mkdirSync(folder, { recursive: true });
  const path = (key: string) => join(folder, `${key}.artifact`);
  return {
    get: (key) => {
      if (key === '' || !existsSync(path(key))) return Promise.resolve(null);
      const value: unknown = deserialize(readFileSync(path(key)));
      const parsed = artifactSchema.safeParse(value);
      return Promise.resolve(parsed.success ? parsed.data : null);
    },
    put: (artifact) => {
      writeFileSync(`${path(artifact.key)}.new`, serialize(artifact));
      renameSync(`${path(artifact.key)}.new`, path(artifact.key));
      return Promise.resolve();
    },
  };
}
