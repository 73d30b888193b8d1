/** What the playground can ask: runs that have trained a model, and the models of the library. Pure. */
import { sourceKey, type PlaygroundSource } from '../../../protocol/playground-source';
import type { ModelSummary } from '../../../protocol/library';
import type { RunState } from '../../../protocol/run-state';
import type { PlaygroundModels } from '../../../store/playground';
import { firstChoice, modelsOf } from './run-models';

/** A source with what is known of it. */
export type ListedSource = { kind: 'run'; run: RunState } | { kind: 'model'; model: ModelSummary };

/** Runs first: without a choice of the person the newest is asked. */
export const listedSources = (runs: readonly RunState[], models: readonly ModelSummary[]): ListedSource[] => [
  ...runs.filter((run) => modelsOf(run).length > 1).map((run) => ({ kind: 'run', run }) as const),
  ...models.map((model) => ({ kind: 'model', model }) as const),
];

export const sourceOf = (asked: ListedSource): PlaygroundSource =>
  asked.kind === 'run' ? { kind: 'run', runId: asked.run.id } : { kind: 'model', modelId: asked.model.id };

export const keyOf = (asked: ListedSource): string => sourceKey(sourceOf(asked));

/** undefined for one that is not there any more. */
export const findSource = (
  sources: readonly ListedSource[],
  source: PlaygroundSource | null,
): ListedSource | undefined => (source === null ? undefined : sources.find((one) => keyOf(one) === sourceKey(source)));

export const firstModels = (asked: ListedSource): PlaygroundModels =>
  asked.kind === 'run' ? firstChoice(asked.run) : ['base', null];

/** The id of the base model in the library. */
export const baseIdOf = (asked: ListedSource): string => (asked.kind === 'run' ? asked.run.modelId : asked.model.id);

/** In groups for a select, by what they are. */
export function sourceItems(sources: readonly ListedSource[]) {
  const item = (asked: ListedSource) => ({
    value: keyOf(asked),
    label: asked.kind === 'run' ? asked.run.name : asked.model.name,
  });
  const group = (name: string, kind: ListedSource['kind']) => ({
    group: name,
    items: sources.filter((one) => one.kind === kind).map(item),
  });
  return [group('Runs', 'run'), group('Models of the library', 'model')].filter(({ items }) => items.length > 0);
}
