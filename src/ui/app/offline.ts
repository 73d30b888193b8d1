/** Keeps the studio's files for use without a network, and offers a new version of them when one waits. */
import { registerSW } from 'virtual:pwa-register';
import type { StudioStore } from '../../store/studio-store';
import { offerNewVersion } from './new-version';

/** Not there on insecure addresses and where the browser forbids it; the studio then works as a plain page. */
export function keepForOffline(store: StudioStore): void {
  if (!('serviceWorker' in navigator)) return;
  // Registered once the page has loaded: what is kept is fetched after what is shown.
  const update = registerSW({
    onNeedRefresh: () => offerNewVersion(store, () => update()),
    onRegisterError: () => {},
  });
}
