/** An SFT adapter made elsewhere, which takes the place of the SFT stage. */
import { Text } from '@mantine/core';
import { useStudio } from '../../app/studio-context';
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
      placeholder="None: train SFT"
      clearable
    >
      <AdapterFacts />
    </LibraryCard>
  );
}
