/** Tests the kernels of a run's engine once more; not while a run has the GPU. */
import { Button, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { isActive } from '../../../protocol/status';
import type { RunState } from '../../../protocol/studio';
import { useCommands, useStudio } from '../../app/studio-context';

interface SelfTestAgainProps {
  /** The run whose engine was tested; null where none was: then a small model's kernels are tested. */
  run: RunState | null;
  /** The test has ended, well or not. */
  onEnd: () => void;
}

/** Why the test cannot run now; null when it can. */
export function testObstacle(
  run: RunState | null,
  { runs, models, hasGpu }: { runs: readonly RunState[]; models: readonly { id: string }[]; hasGpu: boolean },
): string | null {
  if (!hasGpu) return 'There is no usable GPU.';
  if (runs.some(isActive)) return 'A run is using the GPU. Wait until it has finished, or cancel it.';
  if (run !== null && !models.some(({ id }) => id === run.modelId))
    return `The model of the run “${run.name}” is no longer stored; the test needs its configuration.`;
  return null;
}

export function SelfTestAgain({ run, onEnd }: SelfTestAgainProps) {
  const commands = useCommands();
  const obstacle = useStudio(({ runs, models, adapter }) =>
    testObstacle(run, { runs, models, hasGpu: adapter !== null }),
  );
  const [testing, setTesting] = useState(false);
  const test = async (runId: string | null) => {
    setTesting(true);
    await commands.attempt(() => commands.testKernels(runId));
    setTesting(false);
    onEnd();
  };
  return (
    <Tooltip label={obstacle} disabled={obstacle === null}>
      <Button
        size="compact-sm"
        variant="default"
        loading={testing}
        data-disabled={obstacle !== null || undefined}
        aria-disabled={obstacle !== null}
        onClick={() => obstacle === null && void test(run?.id ?? null)}
        data-testid="self-test-again"
      >
        {run === null ? 'Run self-test' : 'Run self-test again'}
      </Button>
    </Tooltip>
  );
}
