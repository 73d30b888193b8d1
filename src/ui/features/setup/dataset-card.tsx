/** The preference data, with the report of its import. */
import { useCommands, useStudio } from '../../app/studio-context';
import { DemoChoice } from './demo-choice';
import { ImportReport } from './import-report';
import { LibraryCard } from './library-card';

export function DatasetCard() {
  const commands = useCommands();
  const items = useStudio((state) => state.datasets);
  const selected = useStudio((state) => state.datasetId);
  const onSelect = useStudio((state) => state.selectDataset);
  const dataset = items.find(({ id }) => id === selected);
  return (
    <LibraryCard
      kind="dataset"
      title="2. Preference data"
      items={items}
      selected={selected}
      onSelect={onSelect}
      onImport={({ name, files }) => commands.importDataset(name, files)}
      placeholder="Choose a dataset"
      hint="or drop .jsonl, .json or .jsonl.gz here: chosen, rejected and perhaps prompt on every line"
      accept=".jsonl,.json,.gz"
      folder={false}
    >
      <DemoChoice kind="dataset" />
      {dataset && <ImportReport dataset={dataset} />}
    </LibraryCard>
  );
}
