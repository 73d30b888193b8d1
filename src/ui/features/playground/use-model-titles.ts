/** Titles of the models that the playground can ask. */
import { adapterOfModel, runOfModel } from '../../../protocol/model-name';
import { useStudio } from '../../app/studio-context';
import { modelTitle } from '../evaluation/model-names';

/** An imported adapter has the name it was imported with; a model of another run has that run's name beside its own. */
export function useModelTitles(): (model: string) => string {
  const adapters = useStudio((state) => state.importedAdapters);
  const runs = useStudio((state) => state.runs);
  return (model) => {
    const id = adapterOfModel(model);
    if (id !== null) return adapters.find((adapter) => adapter.id === id)?.name ?? 'a deleted adapter';
    const other = runOfModel(model);
    if (other === null) return modelTitle(model);
    const run = runs.find((one) => one.id === other.runId);
    return `${modelTitle(other.model)} of ${run ? `“${run.name}”` : 'a deleted run'}`;
  };
}
