/** What to do about an error that stopped a run, as one press. Pure. */
import type { ErrorShape } from '../../../protocol/worker-error';

/** Make room; begin again with a smaller or calmer recipe; go on where it was. */
export type NextStep = 'artifacts' | 'recipe' | 'continue';

const outOfRoom = /storage is full/;
/** Of the GPU: a buffer that could not be had, or that the budget or the adapter does not allow. */
const outOfMemory = /out of memory|of GPU memory|GPU allows buffers/;
/** Wrong kernels stay wrong when the run goes on. */
const wrongKernel = /^The kernel /;

/** null where the message itself is all that can be said. */
export function nextStep({ name, message }: Pick<ErrorShape, 'name' | 'message'>): NextStep | null {
  if (name === 'QuotaExceededError' || outOfRoom.test(message)) return 'artifacts';
  if (name === 'TrainingError') return 'recipe';
  if (name !== 'DeviceError') return null;
  if (outOfMemory.test(message)) return 'recipe';
  return wrongKernel.test(message) ? null : 'continue';
}
