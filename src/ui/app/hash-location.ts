/** Keeps the address's hash and the store's view the same, so that a reload and the back button stay where one was. */
import { isActive } from '../../protocol/status';
import type { StudioStore } from '../../store/studio-store';
import { plainPages, runTabs, type View } from '../../store/selection';

/** '#/demo', '#/setup', '#/artifacts', ..., '#/compare/<id>,<id>', '#/run/<id>/<tab>' */
export function hashOf(view: View): string {
  if (view.page === 'start') return '#/';
  if (view.page === 'compare') return `#/compare/${view.runIds.map(encodeURIComponent).join(',')}`;
  return view.page === 'run' ? `#/run/${encodeURIComponent(view.runId)}/${view.tab}` : `#/${view.page}`;
}

/** null for an address that names nothing. */
export function viewOf(hash: string): View | null {
  const [page, id, tabName] = hash.replace(/^#\//, '').split('/');
  const plain = plainPages.find((name) => name === page);
  if (plain) return { page: plain };
  if (page === 'compare') return { page, runIds: (id ?? '').split(',').filter(Boolean).map(decodeURIComponent) };
  const tab = runTabs.find((name) => name === tabName) ?? 'progress';
  return page === 'run' && id ? { page, runId: decodeURIComponent(id), tab } : null;
}

/** Without an address: the run in progress or one that waits for a review, else the demo when nothing is stored yet, else the setup. */
function openFirstView(store: StudioStore): void {
  store.getState().go({ page: 'start' });
  const stop = store.subscribe(({ loaded, runs, models, datasets, view, openRun, go }) => {
    if (!loaded && view.page === 'start') return;
    stop();
    if (view.page !== 'start') return;
    const active = runs.find(isActive) ?? runs.find(({ held }) => held?.why === 'review');
    if (active) openRun(active.id);
    else go({ page: runs.length + models.length + datasets.length === 0 ? 'demo' : 'setup' });
  });
}

export function followLocation(store: StudioStore): void {
  const fromAddress = () => {
    const view = viewOf(location.hash);
    if (view && hashOf(view) !== hashOf(store.getState().view)) store.getState().go(view);
  };
  if (viewOf(location.hash)) fromAddress();
  else openFirstView(store);
  window.addEventListener('hashchange', fromAddress);
  store.subscribe(({ view }, before) => {
    if (view !== before.view && location.hash !== hashOf(view)) history.pushState(null, '', hashOf(view));
  });
}
