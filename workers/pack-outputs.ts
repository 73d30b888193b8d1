/** Outputs of a run in one zip file: all of them, or those that are asked for. */
import { InputError } from '../src/protocol/errors';
import type { ArtifactStore } from '../src/storage/artifact-store';
import type { RunRecord } from '../src/storage/records';
import { readOutput, type ReadReviews } from './run-outputs';
import { zipFiles } from './zip-files';

/**
 * @param wanted paths of outputs; all without
 * @throws InputError when an output is gone
 */
export async function packOutputs(
  record: RunRecord,
  store: ArtifactStore,
  reviews: ReadReviews,
  wanted?: readonly string[],
): Promise<Blob> {
  const there = record.state.outputs.map(({ path }) => path);
  const missing = wanted?.find((path) => !there.includes(path));
  if (missing !== undefined)
    throw new InputError(`The run “${record.state.name}” no longer has ${missing}. It may be made again now.`);
  const paths = wanted ?? there;
  return zipFiles(paths.map((path) => ({ path, content: () => readOutput(record, store, path, reviews) })));
}
