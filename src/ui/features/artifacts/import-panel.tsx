/** Bringing models, data and adapters into the library without a run in mind. */
import { SimpleGrid, Stack, Text } from '@mantine/core';
import type { ImportKind } from '../../../store/setup';
import { Disclosure } from '../../primitives/disclosure';
import { ColumnMappingPanel } from '../setup/column-mapping';
import { HubPanel } from '../setup/hub-panel';
import { ImportProgressBar } from '../setup/import-progress';
import { Intake } from '../setup/intake';

const titles: Readonly<Record<ImportKind, string>> = { model: 'Model', dataset: 'Data', adapter: 'Adapter' };
const kinds: readonly ImportKind[] = ['model', 'dataset', 'adapter'];

export function ImportPanel() {
  return (
    <Disclosure label="Import a model, data or an adapter" testId="import-panel">
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing="sm" mt="xs">
        {kinds.map((kind) => (
          <Stack key={kind} gap="xs" role="group" aria-label={titles[kind]}>
            <Text size="sm" fw={600}>
              {titles[kind]}
            </Text>
            <Intake kind={kind} />
            {kind === 'model' && (
              <Disclosure label="From a Hub" testId="artifacts-hub">
                <HubPanel />
              </Disclosure>
            )}
            {kind === 'dataset' && (
              <>
                <ImportProgressBar />
                <ColumnMappingPanel onImported={() => {}} />
              </>
            )}
          </Stack>
        ))}
      </SimpleGrid>
    </Disclosure>
  );
}
