/** Keeps the address's hash and the store's view the same, so that a reload and the back button stay where one was. */
import type { StudioStore } from '../../store/studio-store';
import { runTabs, type View } from '../../store/selection';

/** '#/setup', '#/runs', '#/run/<id>/<tab>' */
export function hashOf(view: View): string {
  return view.page === 'run' ? `#/run/${encodeURIComponent(view.runId)}/${view.tab}` : `#/${view.page}`;
}

/** null for an address that names nothing. */
export function viewOf(hash: string): View | null {
  const [page, id, tabName] = hash.replace(/^#\//, '').split('/');
  if (page === 'setup' || page === 'runs') return { page };
  const tab = runTabs.find((name) => name === tabName) ?? 'progress';
  return page === 'run' && id ? { page, runId: decodeURIComponent(id), tab } : null;
}

/** Without an address, a run in progress is opened as soon as it is known. */
function openActiveRun(store: StudioStore): void {
  const stop = store.subscribe(({ loaded, runs, openRun }) => {
    if (!loaded) return;
    stop();
    const active = runs.find(({ status }) => status === 'running' || status === 'paused');
    if (active) openRun(active.id);
  });
}

export function followLocation(store: StudioStore): void {
  const fromAddress = () => {
    const view = viewOf(location.hash);
    if (view && hashOf(view) !== hashOf(store.getState().view)) store.getState().go(view);
  };
  if (viewOf(location.hash)) fromAddress();
  else openActiveRun(store);
  window.addEventListener('hashchange', fromAddress);
  store.subscribe(({ view }, before) => {
    if (view !== before.view && location.hash !== hashOf(view)) history.pushState(null, '', hashOf(view));
  });
}
