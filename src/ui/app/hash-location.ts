/** Keeps the address's hash and the store's view the same, so that a reload and the back button stay where one was. */
import { isActive } from '../../protocol/status';
import type { StudioStore, StudioStoreState } from '../../store/studio-store';
import { plainPages, runTabs, type View } from '../../store/selection';

/** '#/demo', '#/setup', '#/artifacts', ..., '#/compare/<id>,<id>', '#/run/<id>/<tab>' */
export function hashOf(view: View): string {
  if (view.page === 'start') return '#/';
  if (view.page === 'unknown') return view.hash;
  if (view.page === 'compare') return `#/compare/${view.runIds.map(encodeURIComponent).join(',')}`;
  return view.page === 'run' ? `#/run/${encodeURIComponent(view.runId)}/${view.tab}` : `#/${view.page}`;
}

/** The page `unknown` for an address that names no place; null for no address at all: '', '#' or '#/'. */
export function viewOf(hash: string): View | null {
  const [page, id = '', tabName] = hash.replace(/^#\/?/, '').split('/');
  if (page === '' && id === '') return null;
  const plain = plainPages.find((name) => name === page);
  if (plain) return { page: plain };
  const ids = decoded(id.split(',').filter(Boolean));
  if (page === 'compare' && ids) return { page, runIds: ids };
  const runId = decoded([id])?.[0];
  const tab = runTabs.find((name) => name === tabName) ?? 'progress';
  return page === 'run' && runId ? { page, runId, tab } : { page: 'unknown', hash };
}

/** null where a part of an address is no text: '%E0%A4%A'. */
function decoded(parts: readonly string[]): string[] | null {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return null;
  }
}

type Stored = Pick<StudioStoreState, 'runs' | 'models' | 'datasets'>;

/**
 * Where one begins without an address: the run in progress or one that waits for a review, else the runs, else the setup of the
 * first one, or the demo while nothing is stored.
 */
export function firstView({ runs, models, datasets }: Stored): View {
  const active = runs.find(isActive) ?? runs.find(({ held }) => held?.why === 'review');
  if (active) return { page: 'run', runId: active.id, tab: 'progress' };
  if (runs.length > 0) return { page: 'runs' };
  return { page: models.length + datasets.length > 0 ? 'setup' : 'demo' };
}

function openFirstView(store: StudioStore): void {
  store.getState().go({ page: 'start' });
  const stop = store.subscribe((state) => {
    if (!state.loaded && state.view.page === 'start') return;
    stop();
    if (state.view.page === 'start') state.go(firstView(state));
  });
}

export function followLocation(store: StudioStore): void {
  const fromAddress = () => {
    // An address that was emptied by hand must not stay over the page before.
    const view = viewOf(location.hash) ?? { page: 'runs' };
    if (hashOf(view) !== hashOf(store.getState().view)) store.getState().go(view);
  };
  if (viewOf(location.hash)) fromAddress();
  else openFirstView(store);
  window.addEventListener('hashchange', fromAddress);
  store.subscribe(({ view }, before) => {
    if (view !== before.view && location.hash !== hashOf(view)) history.pushState(null, '', hashOf(view));
  });
}
