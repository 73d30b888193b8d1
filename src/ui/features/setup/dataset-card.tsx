/** The data: choosing files, their columns where these are not clear, progress, and the report of the import. */
import { useCommands, useStudio } from '../../app/studio-context';
import { ColumnMappingPanel } from './column-mapping';
import { HubDatasetPanel } from './hub-dataset';
import { ImportProgressBar } from './import-progress';
import { ImportReport } from './import-report';
import { LibraryCard } from './library-card';

export function DatasetCard() {
  const commands = useCommands();
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
      onImport={({ name, files }) => commands.chooseData(name, files)}
      placeholder="Choose a dataset"
      hint="or drop .jsonl, .json, .csv or .parquet here (also .gz): preferences, or single responses for SFT"
      accept=".jsonl,.ndjson,.json,.csv,.tsv,.parquet,.gz"
      folder={false}
    >
      <HubDatasetPanel onImported={onSelect} />
      <ImportProgressBar />
      <ColumnMappingPanel onImported={onSelect} />
      {dataset && !busy && <ImportReport dataset={dataset} />}
    </LibraryCard>
  );
}
