/** What is known of an imported item, below its row. */
import { Stack, Text } from '@mantine/core';
import { useShallow } from 'zustand/react/shallow';
import { useStudio } from '../../app/studio-context';
import { FactList } from '../../primitives/fact-list';
import type { ArtifactRow } from './artifact-rows';
import { fileList, itemFacts } from './library-facts';

export function LibraryDetails({ row }: { row: ArtifactRow }) {
  const library = useStudio(
    useShallow(({ models, datasets, importedAdapters }) => ({ models, datasets, importedAdapters })),
  );
  const downloads = useStudio((state) => state.cache?.models);
  const found = itemFacts(row, { ...library, downloads: downloads ?? [] });
  if (!found) return null;
  return (
    <Stack gap="xs" data-testid="library-details">
      <FactList facts={found.facts} />
      {found.files.length > 0 && (
        <div>
          <Text size="xs" c="dimmed">
            Files
          </Text>
          <Text size="sm" className="verbatim">
            {fileList(found.files)}
          </Text>
        </div>
      )}
    </Stack>
  );
}
