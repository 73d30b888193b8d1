/** One writer over all tabs and workers: the Web Lock that is held while a run is going on. Holding it also keeps Chrome from freezing pages. */
import { InputError } from '../src/protocol/errors';

const lockName = 'whetstone-training';

/**
 * Takes the lock. @returns what gives it back
 * @throws InputError when another worker of this browser holds it
 */
export async function takeRunLock(locks: LockManager = navigator.locks): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = locks.request(lockName, { mode: 'exclusive', ifAvailable: true }, async (lock) => {
      if (!lock) {
        throw new InputError(
          'Another window of the studio is training in this browser. Wait for its run, or cancel it there.',
        );
      }
      await new Promise<void>((release) => resolve(release));
    });
    held.catch(reject);
  });
}

/** Whether a run is going on in another worker. */
export async function isTrainingElsewhere(locks: LockManager = navigator.locks): Promise<boolean> {
  const { held } = await locks.query();
  return held?.some(({ name }) => name === lockName) ?? false;
}
