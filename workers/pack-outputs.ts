/** All outputs of a run in one zip file: JSON compressed, weights and pictures stored as they are. */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import type { ArtifactStore } from '../src/storage/artifact-store';
import type { RunRecord } from '../src/storage/records';
import { readOutput, type ReadReviews } from './run-outputs';

/** Zip wants a time for each file; a fixed one keeps the archive a function of its content. */
const fixedTime = new Date(1980, 0, 1);

/** @throws InputError when an output is gone */
export async function packOutputs(record: RunRecord, store: ArtifactStore, reviews: ReadReviews): Promise<Blob> {
  const pieces: BlobPart[] = [];
  const failures: Error[] = [];
  const zip = new Zip((error, data) => {
    if (error) failures.push(error);
    else pieces.push(new Uint8Array(data));
  });
  for (const { path } of record.state.outputs) {
    const file = path.endsWith('.json') ? new ZipDeflate(path) : new ZipPassThrough(path);
    file.mtime = fixedTime;
    zip.add(file);
    file.push(await readOutput(record, store, path, reviews), true);
  }
  zip.end();
  const [failure] = failures;
  if (failure) throw new Error(`internal: the zip file could not be made: ${failure.message}`, { cause: failure });
  return new Blob(pieces, { type: 'application/zip' });
}
