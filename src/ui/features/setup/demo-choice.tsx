/** Takes the embedded demo's model or data in a run of one's own; once it is in the list above, the list offers it. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { demoItemNames } from '../../../store/demo';
import { useCommands, useStudio } from '../../app/studio-context';

export function DemoChoice({ kind }: { kind: 'model' | 'dataset' }) {
  const commands = useCommands();
  const select = useStudio((state) => (kind === 'model' ? state.selectModel : state.selectDataset));
  const [busy, setBusy] = useState(false);
  const listed = useStudio(({ models, datasets }) =>
    kind === 'model'
      ? models.some(({ name }) => name === demoItemNames.model)
      : datasets.some(({ name }) => name === demoItemNames.data),
  );
  const take = async () => {
    setBusy(true);
    const items = await commands.attempt(() => commands.importDemo());
    setBusy(false);
    if (items) select(kind === 'model' ? items.modelId : items.datasetId);
  };
  if (listed) return null;
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
