/** Which run is asked, and which models stand on the left and on the right. Another choice begins a new conversation. */
import { Group, Select } from '@mantine/core';
import { useEffect } from 'react';
import type { RunState } from '../../../protocol/studio';
import type { PlaygroundModels } from '../../../store/playground';
import { useCommands, useStudio } from '../../app/studio-context';
import { modelNameOfAdapter } from '../../../protocol/model-name';
import { firstChoice, modelsOf, modelsOfOthers } from './run-models';
import { useModelTitles } from './use-model-titles';

const NONE = '';

export function ModelChoice({ runs }: { runs: readonly RunState[] }) {
  const runId = useStudio((state) => state.playgroundRunId);
  const [left, right] = useStudio((state) => state.playgroundModels);
  const busy = useStudio((state) => state.askId !== null);
  const chooseRun = useStudio((state) => state.chooseRun);
  const chooseModels = useStudio((state) => state.chooseModels);
  const { newConversation } = useCommands();
  const run = runs.find(({ id }) => id === runId);
  const models = useModelItems(run, runs);
  const [first] = runs;
  useEffect(() => {
    if (!run && first) newConversation(() => chooseRun(first.id, firstChoice(first)));
  }, [run, first, chooseRun, newConversation]);
  if (!run) return null;
  const choose = (chosen: PlaygroundModels) => newConversation(() => chooseModels(chosen));
  return (
    <Group gap="sm">
      <Select
        label="Run"
        w={{ base: '100%', xs: 240 }}
        data={runs.map(({ id, name }) => ({ value: id, label: name }))}
        value={run.id}
        allowDeselect={false}
        disabled={busy}
        onChange={(id) => {
          const next = runs.find((one) => one.id === id);
          if (next) newConversation(() => chooseRun(next.id, firstChoice(next)));
        }}
      />
      <Select
        label="Left"
        w={{ base: 'calc(50% - 6px)', xs: 200 }}
        data={models}
        value={left}
        allowDeselect={false}
        disabled={busy}
        onChange={(model) => choose([model ?? left, right])}
        data-testid="playground-left"
      />
      <Select
        label="Right"
        w={{ base: 'calc(50% - 6px)', xs: 200 }}
        data={[{ value: NONE, label: 'None' }, ...models]}
        value={right ?? NONE}
        allowDeselect={false}
        disabled={busy}
        onChange={(model) => choose([left, model === null || model === NONE ? null : model])}
        data-testid="playground-right"
      />
    </Group>
  );
}

/** In groups, by where they come from. */
function useModelItems(run: RunState | undefined, runs: readonly RunState[]) {
  const adapters = useStudio((state) => state.importedAdapters);
  const titleOf = useModelTitles();
  if (!run) return [];
  const item = (model: string) => ({ value: model, label: titleOf(model) });
  return [
    { group: 'Of the run', items: modelsOf(run).map(item) },
    { group: 'Imported adapters', items: adapters.map(({ id }) => item(modelNameOfAdapter(id))) },
    { group: 'Of other runs on this base', items: modelsOfOthers(run, runs).map(item) },
  ].filter(({ items }) => items.length > 0);
}
