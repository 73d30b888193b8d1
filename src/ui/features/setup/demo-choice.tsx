/** Takes the embedded demo's model or data in a run of one's own. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useCommands, useStudio } from '../../app/studio-context';

export function DemoChoice({ kind }: { kind: 'model' | 'dataset' }) {
  const commands = useCommands();
  const select = useStudio((state) => (kind === 'model' ? state.selectModel : state.selectDataset));
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setBusy(true);
    const items = await commands.attempt(() => commands.importDemo());
    setBusy(false);
    if (items) select(kind === 'model' ? items.modelId : items.datasetId);
  };
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      style={{ alignSelf: 'flex-start' }}
      loading={busy}
      onClick={() => void take()}
      data-testid={`demo-${kind}`}
    >
      {kind === 'model' ? 'Use the demo’s model' : 'Use the demo’s data'}
    </Button>
  );
}
