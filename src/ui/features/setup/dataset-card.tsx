/** The data: choosing files, their columns where these are not clear, progress, and the report of the import. */
import { useStudio } from '../../app/studio-context';
import { ColumnMappingPanel } from './column-mapping';
import { DemoChoice } from './demo-choice';
import { HubDatasetPanel } from './hub-dataset';
import { ImportProgressBar } from './import-progress';
import { ImportReport } from './import-report';
import { LibraryCard } from './library-card';

export function DatasetCard() {
  const items = useStudio((state) => state.datasets);
  const selected = useStudio((state) => state.datasetId);
  const onSelect = useStudio((state) => state.selectDataset);
  const busy = useStudio((state) => state.dataDraft !== null || state.imports.dataset?.error === null);
  const dataset = items.find(({ id }) => id === selected);
  return (
    <LibraryCard
      kind="dataset"
      title="2. Data"
      items={items.map(({ id, name, kind }) => ({ id, name: kind === 'sft' ? `${name} · single responses` : name }))}
      selected={selected}
      onSelect={onSelect}
      placeholder="Choose a dataset"
    >
      <DemoChoice kind="dataset" />
      <HubDatasetPanel onImported={onSelect} />
      <ImportProgressBar />
      <ColumnMappingPanel onImported={onSelect} />
      {dataset && !busy && <ImportReport dataset={dataset} />}
    </LibraryCard>
  );
}
