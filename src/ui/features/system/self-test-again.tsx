/** Tests the kernels of a run's engine once more; not while a run has the GPU. */
import type { RunState } from '../../../protocol/run-state';
import { useCommands, useStudio } from '../../app/studio-context';
import { GpuButton, gpuObstacle } from './gpu-button';

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
  const busy = gpuObstacle({ runs, hasGpu });
  if (busy !== null) return busy;
  if (run !== null && !models.some(({ id }) => id === run.modelId))
    return `The model of the run “${run.name}” is no longer stored; the test needs its configuration.`;
  return null;
}

export function SelfTestAgain({ run, onEnd }: SelfTestAgainProps) {
  const { testKernels } = useCommands();
  const obstacle = useStudio(({ runs, models, adapter }) =>
    testObstacle(run, { runs, models, hasGpu: adapter !== null }),
  );
  return (
    <GpuButton
      label={run === null ? 'Run self-test' : 'Run self-test again'}
      obstacle={obstacle}
      work={() => testKernels(run?.id ?? null)}
      onEnd={onEnd}
      testId="self-test-again"
    />
  );
}
