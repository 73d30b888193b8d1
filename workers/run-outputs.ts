/** Output files of a stored run, by path. What is in them is in src/rounds/outputs.ts. */
import { standingReviews } from '../src/data/review/review-state';
import { InputError } from '../src/protocol/errors';
import type { ReviewAction } from '../src/protocol/pair-review';
import type { OutputFile } from '../src/protocol/library';
import { reviewsJson, runJson, stageOutputs } from '../src/rounds/outputs';
import { stagesOf, type StageSpec } from '../src/rounds/stages';
import type { ArtifactStore } from '../src/storage/artifact-store';
import type { Artifact, Bytes, RunRecord } from '../src/storage/records';

const runFile = 'run.json';
const reviewsFile = 'pair_reviews.json';

/** The evaluation of the highest round that has one; undefined when there is none. It meets all models that the others met. */
export const lastEvaluated = ({ state, stages }: RunRecord): string | undefined =>
  state.stages.findLast(({ id, kind }) => kind === 'evaluate' && stages[id])?.id;

/**
 * Adds a stage's outputs to the record's list, and run.json, whose size changes with every stage. An evaluation that is made after
 * that of a later round adds none: they are called the same.
 */
export function listOutputs(record: RunRecord, stage: StageSpec, artifact: Artifact): void {
  const isOvertaken = stage.kind === 'evaluate' && stage.id !== lastEvaluated(record);
  const files = isOvertaken ? [] : Object.entries(stageOutputs(stage, artifact, record.state.recipe));
  for (const [path] of files) record.outputStages[path] = stage.id;
  const added: OutputFile[] = files.map(([path, { byteLength }]) => ({ path, bytes: byteLength }));
  added.push({ path: runFile, bytes: runJson(record).byteLength });
  const paths = new Set(added.map(({ path }) => path));
  const kept = record.state.outputs.filter(({ path }) => !paths.has(path));
  record.state.outputs = [...kept, ...added].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Tells what a person decided about the pairs of a run: every entry of the log. */
export type ReadReviews = (runId: string) => Promise<ReviewAction[]>;

/** Brings the outputs that show decisions about pairs up to date in the record's list. */
export async function listReviewedOutputs(record: RunRecord, store: ArtifactStore, read: ReadReviews): Promise<void> {
  const actions = await read(record.state.id);
  const sizes = new Map([[reviewsFile, reviewsJson(actions).byteLength]]);
  for (const { path } of record.state.outputs) {
    if (isPreferences(path))
      sizes.set(path, (await readOutput(record, store, path, () => Promise.resolve(actions))).byteLength);
  }
  const others = record.state.outputs.filter(({ path }) => !sizes.has(path));
  const reviewed = actions.length === 0 ? [] : [...sizes].map(([path, bytes]) => ({ path, bytes }));
  if (reviewed.length > 0)
    record.state.outputs = [...others, ...reviewed].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** @throws InputError when the run has no such output (yet) */
export async function readOutput(
  record: RunRecord,
  store: ArtifactStore,
  path: string,
  readReviews: ReadReviews,
): Promise<Bytes> {
  if (path === runFile) return runJson(record);
  const { id, name } = record.state;
  if (path === reviewsFile) return reviewsJson(await readReviews(id));
  const stage = stagesOf(record.state.recipe).find((candidate) => candidate.id === record.outputStages[path]);
  const artifact = stage && (await store.get(record.stages[stage.id]?.key ?? ''));
  const verdicts = isPreferences(path) ? standingReviews(await readReviews(id)).verdicts : undefined;
  const file = artifact && stageOutputs(stage, artifact, record.state.recipe, verdicts)[path];
  if (!file) throw new InputError(`The run ${name} has no output ${path}. Its outputs are listed on the run's page.`);
  return file;
}

const isPreferences = (path: string): boolean => path.startsWith('synthetic_preferences');

const mediaTypes: Record<string, string> = { json: 'application/json', png: 'image/png' };

/** The type a browser should see a file as. */
export function mediaType(path: string): string {
  return mediaTypes[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
