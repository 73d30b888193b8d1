/** What has the GPU now, so that what needs it can say why it waits. */
import { isActive } from '../../protocol/status';
import type { StudioStoreState } from '../../store/studio-store';
import { useStudio } from '../app/studio-context';

/** As a sentence without its full stop; null when it is free, as far as this page knows. */
export function gpuUserOf({
  runs,
  askId,
  pairScoring,
}: Pick<StudioStoreState, 'runs' | 'askId' | 'pairScoring'>): string | null {
  const run = runs.find(isActive);
  if (run) return `the run “${run.name}” is using the GPU`;
  if (pairScoring) return 'original pairs are being scored';
  return askId === null ? null : 'the playground is answering';
}

export const useGpuUser = (): string | null => useStudio(gpuUserOf);
