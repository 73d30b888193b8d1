/** The imported adapters that can be asked on a base model. */
import { useEffect, useState } from 'react';
import type { ImportedAdapterSummary } from '../../../protocol/library';
import { useCommands, useStudio } from '../../app/studio-context';

/** All of them until it is known which ones fit, and where it cannot be told: the worker refuses the others. */
export function useFittingAdapters(modelId: string | null): readonly ImportedAdapterSummary[] {
  const adapters = useStudio((state) => state.importedAdapters);
  const { fittingAdapters } = useCommands();
  const [found, setFound] = useState<{ modelId: string; ids: readonly string[] } | null>(null);
  const ids = adapters.map(({ id }) => id).join(' ');
  useEffect(() => {
    if (modelId === null || ids === '') return;
    let current = true;
    fittingAdapters(modelId).then(
      (fitting) => current && setFound({ modelId, ids: fitting }),
      () => current && setFound(null),
    );
    return () => {
      current = false;
    };
  }, [fittingAdapters, modelId, ids]);
  return found?.modelId === modelId ? adapters.filter(({ id }) => found?.ids.includes(id)) : adapters;
}
