/** Whose models the playground asks: those of a run, or a model of the library with the adapters that were imported for it. */
export type PlaygroundSource = { kind: 'run'; runId: string } | { kind: 'model'; modelId: string };

/** Equal for the same run or model, different for all others: an id says nothing of its kind. */
export const sourceKey = (source: PlaygroundSource): string =>
  source.kind === 'run' ? `run:${source.runId}` : `model:${source.modelId}`;

/** null for a model of the library. */
export const runOfSource = (source: PlaygroundSource | null): string | null =>
  source?.kind === 'run' ? source.runId : null;
