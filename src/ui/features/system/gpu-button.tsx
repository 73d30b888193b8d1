/** A button for work on the GPU outside runs: busy until it has ended, and out of use with a reason where it cannot begin. */
import { Button, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { isActive } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';

/** Why nothing outside a run can compute now; null when it can. */
export function gpuObstacle({ runs, hasGpu }: { runs: readonly RunState[]; hasGpu: boolean }): string | null {
  if (!hasGpu) return 'There is no usable GPU.';
  return runs.some(isActive) ? 'A run is using the GPU. Wait until it has finished, or cancel it.' : null;
}

interface GpuButtonProps {
  label: string;
  obstacle: string | null;
  work: () => Promise<unknown>;
  /** The work has ended, well or not. */
  onEnd: () => void;
  testId: string;
}

export function GpuButton({ label, obstacle, work, onEnd, testId }: GpuButtonProps) {
  const { attempt } = useCommands();
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    await attempt(work);
    setBusy(false);
    onEnd();
  };
  return (
    <Tooltip label={obstacle} disabled={obstacle === null}>
      <Button
        size="compact-sm"
        variant="default"
        loading={busy}
        data-disabled={obstacle !== null || undefined}
        aria-disabled={obstacle !== null}
        onClick={() => obstacle === null && void begin()}
        data-testid={testId}
      >
        {label}
      </Button>
    </Tooltip>
  );
}
