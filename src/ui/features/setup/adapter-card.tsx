/** An SFT adapter made elsewhere, which takes the place of the SFT stage. */
import { Text } from '@mantine/core';
import { useCommands, useStudio } from '../../app/studio-context';
import { FactList } from '../../primitives/fact-list';
import { LibraryCard } from './library-card';

function AdapterFacts() {
  const adapter = useStudio((state) => state.importedAdapters.find(({ id }) => id === state.importedAdapterId));
  if (!adapter) {
    return (
      <Text size="xs" c="dimmed">
        Without one, the run trains its own.
      </Text>
    );
  }
  const facts = [
    ['Rank', String(adapter.rank)],
    ['Alpha', String(adapter.alpha)],
    ['Targets', adapter.targets.join(', ')],
  ] as const;
  return <FactList facts={facts} testId="adapter-facts" />;
}

export function AdapterCard() {
  const commands = useCommands();
  const items = useStudio((state) => state.importedAdapters);
  const selected = useStudio((state) => state.importedAdapterId);
  const onSelect = useStudio((state) => state.selectImportedAdapter);
  return (
    <LibraryCard
      kind="adapter"
      title="3. SFT adapter (optional)"
      items={items}
      selected={selected}
      onSelect={onSelect}
      onImport={({ name, files }) => commands.importAdapter(name, files)}
      placeholder="None: train SFT"
      hint="or drop a PEFT folder here: adapter_config.json, adapter_model.safetensors"
      folder
      clearable
    >
      <AdapterFacts />
    </LibraryCard>
  );
}
