/** The name of the file in which a result of a run is handed over. Pure. */
import { safeFileName } from '../../primitives/save-file';
import type { ArtifactRow } from './artifact-rows';

/** A single file by its own name; several as a zip of the run's and the result's name. */
export function exportName({ name, paths }: Pick<ArtifactRow, 'name' | 'paths'>, runName: string): string {
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) return only.split('/').at(-1) ?? only;
  return `${safeFileName(runName)}-${safeFileName(name)}.zip`;
}
