/** Which models stand on the left and on the right. Another choice begins a new conversation. */
import { Select } from '@mantine/core';
import { modelNameOfAdapter } from '../../../protocol/model-name';
import type { PlaygroundModels } from '../../../store/playground';
import { useCommands, useStudio } from '../../app/studio-context';
import { modelsOf, modelsOfOthers } from './run-models';
import { baseIdOf, type ListedSource } from './sources';
import { useFittingAdapters } from './use-fitting-adapters';
import { useModelTitles } from './use-model-titles';

const NONE = '';

export function ModelChoice({ asked }: { asked: ListedSource }) {
  const [left, right] = useStudio((state) => state.playgroundModels);
  const busy = useStudio((state) => state.askId !== null);
  const chooseModels = useStudio((state) => state.chooseModels);
  const { newConversation } = useCommands();
  const models = useModelItems(asked);
  const choose = (chosen: PlaygroundModels) => newConversation(() => chooseModels(chosen));
  return (
    <>
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
    </>
  );
}

/** In groups, by where they come from. */
function useModelItems(asked: ListedSource) {
  const adapters = useFittingAdapters(baseIdOf(asked));
  const runs = useStudio((state) => state.runs);
  const titleOf = useModelTitles();
  const group = (name: string, models: readonly string[]) => ({
    group: name,
    items: models.map((model) => ({ value: model, label: titleOf(model) })),
  });
  const imported = group(
    'Imported adapters',
    adapters.map(({ id }) => modelNameOfAdapter(id)),
  );
  const groups =
    asked.kind === 'run'
      ? [
          group('Of the run', modelsOf(asked.run)),
          imported,
          group('Of other runs on this base', modelsOfOthers(asked.run, runs)),
        ]
      : [group('Without an adapter', ['base']), imported];
  return groups.filter(({ items }) => items.length > 0);
}
