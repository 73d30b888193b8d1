/** Titles of the models that the playground can ask. */
import { adapterOfModel } from '../../../protocol/model-name';
import { useStudio } from '../../app/studio-context';
import { modelTitle } from '../evaluation/model-names';

/** An imported adapter has the name it was imported with. */
export function useModelTitles(): (model: string) => string {
  const adapters = useStudio((state) => state.importedAdapters);
  return (model) => {
    const id = adapterOfModel(model);
    if (id === null) return modelTitle(model);
    return adapters.find((adapter) => adapter.id === id)?.name ?? 'a deleted adapter';
  };
}
