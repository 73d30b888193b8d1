/** Keeps the studio's files for use without a network, and says when a new version of them waits. */
import { registerSW } from 'virtual:pwa-register';
import type { StudioStore } from '../../store/studio-store';

/** Not there on insecure addresses and where the browser forbids it; the studio then works as a plain page. */
export function keepForOffline({ getState }: StudioStore): void {
  if (!('serviceWorker' in navigator)) return;
  registerSW({
    onNeedRefresh: () =>
      getState().notify(
        'info',
        'A new version of the studio is ready. It opens when all its tabs are closed and opened again.',
      ),
    onRegisterError: () => {},
  });
}
