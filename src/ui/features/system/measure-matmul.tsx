/** Measures the most that this GPU reaches in the studio's matmul; not while a run has the GPU. */
import { useCommands, useStudio } from '../../app/studio-context';
import { GpuButton, gpuObstacle } from './gpu-button';

export function MeasureMatmul({ onEnd }: { onEnd: () => void }) {
  const { measureMatmul } = useCommands();
  const obstacle = useStudio(({ runs, adapter }) => gpuObstacle({ runs, hasGpu: adapter !== null }));
  return (
    <GpuButton
      label="Measure this GPU’s matmul"
      obstacle={obstacle}
      work={() => measureMatmul()}
      onEnd={onEnd}
      testId="measure-matmul"
    />
  );
}
