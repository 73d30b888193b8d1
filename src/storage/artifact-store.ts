/** Artifacts of stages: by key, never changed once written. What a key is made of is in src/rounds/artifact-key.ts. */
import type { StudioDatabase } from './database';
import { writeWithQuota } from './quota';
import { artifactSchema, type Artifact } from './records';

/** What the pipeline needs of a place for artifacts. Node tests give a map in memory. */
export interface ArtifactStore {
  /** null when there is none with this key, or it cannot be read. */
  get(key: string): Promise<Artifact | null>;
  put(artifact: Artifact): Promise<void>;
}

/** Artifacts in IndexedDB. */
export function databaseArtifacts(database: StudioDatabase): ArtifactStore {
  return {
    get: async (key) => {
      const parsed = artifactSchema.safeParse(await database.get('artifacts', key));
      return parsed.success ? parsed.data : null;
    },
    put: async (artifact) => {
      const bytes = Object.values(artifact.files).reduce((sum, file) => sum + file.byteLength, 0);
      await writeWithQuota(`the result of stage ${artifact.kind}`, bytes, () => database.put('artifacts', artifact));
    },
  };
}
