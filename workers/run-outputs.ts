/** Output files of a stored run, by path. What is in them is in src/rounds/outputs.ts. */
import { InputError } from '../src/protocol/errors';
import type { OutputFile } from '../src/protocol/studio';
import { runJson, stageOutputs } from '../src/rounds/outputs';
import { stagesOf, type StageSpec } from '../src/rounds/stages';
import type { ArtifactStore } from '../src/storage/artifact-store';
import type { Artifact, Bytes, RunRecord } from '../src/storage/records';

const runFile = 'run.json';

/** Adds a stage's outputs to the record's list, and run.json, whose size changes with every stage. */
export function listOutputs(record: RunRecord, stage: StageSpec, artifact: Artifact): void {
  const files = Object.entries(stageOutputs(stage, artifact, record.state.recipe));
  for (const [path] of files) record.outputStages[path] = stage.id;
  const added: OutputFile[] = files.map(([path, { byteLength }]) => ({ path, bytes: byteLength }));
  added.push({ path: runFile, bytes: runJson(record).byteLength });
  const paths = new Set(added.map(({ path }) => path));
  const kept = record.state.outputs.filter(({ path }) => !paths.has(path));
  record.state.outputs = [...kept, ...added].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** @throws InputError when the run has no such output (yet) */
export async function readOutput(record: RunRecord, store: ArtifactStore, path: string): Promise<Bytes> {
  if (path === runFile) return runJson(record);
  const stage = stagesOf(record.state.recipe).find(({ id }) => id === record.outputStages[path]);
  const artifact = stage && (await store.get(record.stages[stage.id]?.key ?? ''));
  const file = artifact && stageOutputs(stage, artifact, record.state.recipe)[path];
  if (!file)
    throw new InputError(
      `The run ${record.state.name} has no output ${path}. Its outputs are listed on the run's page.`,
    );
  return file;
}

const mediaTypes: Record<string, string> = { json: 'application/json', png: 'image/png' };

/** The type a browser should see a file as. */
export function mediaType(path: string): string {
  return mediaTypes[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
