/** The offer of a new version of the studio, which stays until it is taken or closed. Leaves out where new versions come from. */
import { isActive } from '../../protocol/status';
import type { StudioStore } from '../../store/studio-store';

const ready = 'A new version of the studio is ready. Reloading opens it in all tabs of the studio.';
/** The new version has a worker of its own; the old one ends with its last page. */
const wait = 'A run is in progress, and the new version would interrupt it. Reload when the run has ended.';

/** @param reload lets the new version take over and reloads the page */
export function offerNewVersion({ getState }: StudioStore, reload: () => Promise<void>): void {
  const offer = (message: string) => getState().notify('info', message, { label: 'Reload', run: take, lasting: true });
  const take = async () => {
    if (getState().runs.some(isActive)) offer(wait);
    else await reload();
  };
  offer(ready);
}
