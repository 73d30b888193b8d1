/** Measures the most that this GPU reaches in the studio's matmul; not while a run has the GPU. */
import { Button, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { isActive } from '../../../protocol/status';
import { useCommands, useStudio } from '../../app/studio-context';

export function MeasureMatmul({ onEnd }: { onEnd: () => void }) {
  const commands = useCommands();
  const [measuring, setMeasuring] = useState(false);
  const obstacle = useStudio(({ runs, adapter }) => {
    if (adapter === null) return 'There is no usable GPU.';
    return runs.some(isActive) ? 'A run is using the GPU. Wait until it has finished, or cancel it.' : null;
  });
  const measure = async () => {
    setMeasuring(true);
    await commands.attempt(() => commands.measureMatmul());
    setMeasuring(false);
    onEnd();
  };
  return (
    <Tooltip label={obstacle} disabled={obstacle === null}>
      <Button
        size="compact-sm"
        variant="default"
        loading={measuring}
        data-disabled={obstacle !== null || undefined}
        aria-disabled={obstacle !== null}
        onClick={() => obstacle === null && void measure()}
        data-testid="measure-matmul"
      >
        Measure this GPU’s matmul
      </Button>
    </Tooltip>
  );
}
