/** Hands a stored item over as a file: what a run made as the Outputs tab does, models and adapters as a zip, data as JSON lines. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useCommands } from '../../app/studio-context';
import { safeFileName, saveFile } from '../../primitives/save-file';
import type { ArtifactRow } from './artifact-rows';
import { exportName } from './export-name';

export function ExportArtifact({ row }: { row: ArtifactRow }) {
  const commands = useCommands();
  const [waiting, setWaiting] = useState(false);
  const { deletable, name, paths } = row;
  const [run] = row.runs;
  const [only] = paths;
  const get = async (): Promise<[Blob, string] | null> => {
    if (deletable !== null) {
      const { file, extension } = await commands.exportItem(deletable.kind, deletable.id);
      return [file, `${safeFileName(name)}.${extension}`];
    }
    if (!run || only === undefined) return null;
    const file =
      paths.length === 1 ? await commands.getOutput(run.id, only) : await commands.zipOutputs(run.id, [...paths]);
    return [file, exportName(row, run.name)];
  };
  const hand = async () => {
    setWaiting(true);
    const made = await commands.attempt(get);
    if (made) saveFile(...made);
    setWaiting(false);
  };
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={waiting}
      onClick={() => void hand()}
      aria-label={`Export ${name}${run && deletable === null ? ` of ${run.name}` : ''}`}
      data-testid="export-artifact"
    >
      Export
    </Button>
  );
}
