/** Which run is asked, and which of its models stand on the left and on the right. */
import { Group, Select } from '@mantine/core';
import { useEffect } from 'react';
import type { RunState } from '../../../protocol/studio';
import { useStudio } from '../../app/studio-context';
import { modelNameOfAdapter } from '../../../protocol/model-name';
import { firstChoice, modelsOf } from './run-models';
import { useModelTitles } from './use-model-titles';

const NONE = '';

export function ModelChoice({ runs }: { runs: readonly RunState[] }) {
  const runId = useStudio((state) => state.playgroundRunId);
  const [left, right] = useStudio((state) => state.playgroundModels);
  const busy = useStudio((state) => state.askId !== null);
  const chooseRun = useStudio((state) => state.chooseRun);
  const chooseModels = useStudio((state) => state.chooseModels);
  const run = runs.find(({ id }) => id === runId);
  const adapters = useStudio((state) => state.importedAdapters);
  const titleOf = useModelTitles();
  const [first] = runs;
  useEffect(() => {
    if (!run && first) chooseRun(first.id, firstChoice(first));
  }, [run, first, chooseRun]);
  if (!run) return null;
  const item = (model: string) => ({ value: model, label: titleOf(model) });
  const models = [
    { group: 'Of the run', items: modelsOf(run).map(item) },
    { group: 'Imported adapters', items: adapters.map(({ id }) => item(modelNameOfAdapter(id))) },
  ].filter(({ items }) => items.length > 0);
  return (
    <Group gap="sm">
      <Select
        label="Run"
        w={240}
        data={runs.map(({ id, name }) => ({ value: id, label: name }))}
        value={run.id}
        allowDeselect={false}
        disabled={busy}
        onChange={(id) => {
          const next = runs.find((one) => one.id === id);
          if (next) chooseRun(next.id, firstChoice(next));
        }}
      />
      <Select
        label="Left"
        w={160}
        data={models}
        value={left}
        allowDeselect={false}
        disabled={busy}
        onChange={(model) => chooseModels([model ?? left, right])}
        data-testid="playground-left"
      />
      <Select
        label="Right"
        w={160}
        data={[{ value: NONE, label: 'None' }, ...models]}
        value={right ?? NONE}
        allowDeselect={false}
        disabled={busy}
        onChange={(model) => chooseModels([left, model === null || model === NONE ? null : model])}
        data-testid="playground-right"
      />
    </Group>
  );
}
