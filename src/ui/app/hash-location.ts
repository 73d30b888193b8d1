/** Keeps the address's hash and the store's view the same, so that a reload and the back button stay where one was. */
import { isActive } from '../../protocol/status';
import { pairViewOf, type AskedPairs } from '../../store/pairs';
import type { StudioStore, StudioStoreState } from '../../store/studio-store';
import { plainPages, runTabs, type View } from '../../store/selection';
import { askedPairs, pairParams } from './pair-address';

/**
 * '#/demo', '#/setup', '#/artifacts', ..., '#/compare/<id>,<id>', '#/run/<id>/<tab>'
 * @param pairs what a run's page Pairs is to show, else as it begins
 */
export function hashOf(view: View, pairs: AskedPairs = {}): string {
  if (view.page === 'start') return '#/';
  if (view.page === 'unknown') return view.hash;
  if (view.page === 'compare') return `#/compare/${view.runIds.map(encodeURIComponent).join(',')}`;
  if (view.page !== 'run') return `#/${view.page}`;
  const params = view.tab === 'pairs' ? pairParams(pairs) : '';
  return `#/run/${encodeURIComponent(view.runId)}/${view.tab}${params && `?${params}`}`;
}

/** What stands before and after the first question mark. */
function partsOf(hash: string): { path: string; params: string } {
  const [path = '', ...params] = hash.replace(/^#\/?/, '').split('?');
  return { path, params: params.join('?') };
}

/** The page `unknown` for an address that names no place; null for no address at all: '', '#' or '#/'. */
export function viewOf(hash: string): View | null {
  const [page, id = '', tabName] = partsOf(hash).path.split('/');
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

const addressOf = ({ view, pairViews }: StudioStoreState): string =>
  hashOf(view, view.page === 'run' ? pairViews[view.runId] : undefined);

const shownPairs = ({ runs, pairViews }: StudioStoreState, runId: string) => {
  const run = runs.find(({ id }) => id === runId);
  return run && pairViewOf(run, pairViews[runId]);
};

/**
 * Whether the way back leads to what was shown before: another page, other pairs that were chosen, a review opened or left. Typing,
 * marking a row and going from pair to pair lead no way back letter by letter; nor does where the studio begins by itself.
 */
function isStep(now: StudioStoreState, before: StudioStoreState): boolean {
  if (before.view.page === 'start') return false;
  if (hashOf(now.view) !== hashOf(before.view) || now.view.page !== 'run') return true;
  const choices = [now, before].map((state) => {
    const { query, mode } = shownPairs(state, now.view.page === 'run' ? now.view.runId : '') ?? {};
    return JSON.stringify([query?.rounds, query?.uses, query?.reviews, query?.sort, mode]);
  });
  return choices[0] !== choices[1];
}

/** Where the same pairs were listed before, the list stays at its place: one comes back from a review. */
function showPairs(store: StudioStore, runId: string, asked: AskedPairs): void {
  const { setPairView } = store.getState();
  const before = shownPairs(store.getState(), runId);
  setPairView(runId, asked);
  const now = shownPairs(store.getState(), runId);
  if (before && JSON.stringify(before.query) === JSON.stringify(now?.query))
    setPairView(runId, { ...asked, place: before.place });
}

/** Browsers allow so many changes a time, which a held key can outrun; the address is then right again with the next one. */
function write(how: 'pushState' | 'replaceState', address: string): void {
  try {
    history[how](null, '', address);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

export function followLocation(store: StudioStore): void {
  const fromAddress = () => {
    // An address that was emptied by hand must not stay over the page before.
    const view = viewOf(location.hash) ?? { page: 'runs' };
    const pairs = askedPairs(partsOf(location.hash).params);
    // What it says that means nothing goes from it.
    const address = hashOf(view, pairs);
    if (location.hash !== address) write('replaceState', address);
    if (view.page === 'run' && view.tab === 'pairs') showPairs(store, view.runId, pairs);
    if (hashOf(view) !== hashOf(store.getState().view)) store.getState().go(view);
  };
  if (viewOf(location.hash)) fromAddress();
  else openFirstView(store);
  window.addEventListener('hashchange', fromAddress);
  store.subscribe((state, before) => {
    // All that an address says. Metrics change the store many times a second.
    if (state.view === before.view && state.pairViews === before.pairViews) return;
    const address = addressOf(state);
    if (address === addressOf(before) || address === location.hash) return;
    write(isStep(state, before) ? 'pushState' : 'replaceState', address);
  });
}
