/** The address and what the page shows, over a browser's history that is as simple as can be: entries, and a place among them. */
import { beforeEach, expect, it, vi } from 'vitest';
import { pairViewOf, type AskedPairs } from '../../../src/store/pairs';
import { createStudioStore, type StudioStore } from '../../../src/store/studio-store';
import { followLocation } from '../../../src/ui/app/hash-location';
import { emptyState } from '../client/fake-worker';
import { runOf, stageOf } from '../store/fixtures';

const run = runOf({ stages: [stageOf({ id: 'round1.score', kind: 'score', round: 1, status: 'done' })] });
const list = '#/run/run1/pairs';
let entries: string[];
let at: number;
let listeners: (() => void)[];
let store: StudioStore;

beforeEach(() => {
  listeners = [];
  vi.stubGlobal('location', Object.defineProperty({}, 'hash', { get: () => entries[at] }));
  vi.stubGlobal('window', { addEventListener: (_: string, heard: () => void) => listeners.push(heard) });
  vi.stubGlobal('history', {
    pushState: (_: unknown, __: string, hash: string) => {
      entries = [...entries.slice(0, at + 1), hash];
      at += 1;
    },
    replaceState: (_: unknown, __: string, hash: string) => (entries[at] = hash),
  });
});

function openAt(hash: string): void {
  [entries, at] = [[hash], 0];
  store = createStudioStore();
  followLocation(store);
  store.getState().receiveState({ ...emptyState, runs: [run] });
}

function travel(by: number): void {
  at += by;
  for (const heard of listeners) heard();
}

const shown = () => pairViewOf(run, store.getState().pairViews['run1']);
/** As the page does it: what is shown, with a change. */
const change = (part: AskedPairs) => {
  const view = shown();
  store.getState().setPairView('run1', { ...view, ...part, query: { ...view.query, ...part.query } });
};

it('an address leads to its pairs, and a reload comes back to them', () => {
  openAt(`${list}?round=original&search=kite&sort=-margin`);
  expect(shown()).toMatchObject({
    query: { rounds: [0], text: 'kite', sort: { by: 'margin', descending: true } },
    mode: 'list',
  });
  change({ query: { uses: ['training'] } });
  const reloaded = entries[at] ?? '';
  expect(reloaded).toBe(`${list}?round=original&use=training&search=kite&sort=-margin`);
  const before = shown();
  openAt(reloaded);
  expect(shown()).toEqual(before);
});

it('what an address says that means nothing goes from it, without an entry of its own', () => {
  openAt(`${list}?round=9x&search=kite&evil=1`);
  expect(entries).toEqual([`${list}?search=kite`]);
  expect(shown().query).toMatchObject({ rounds: [1], text: 'kite' });
});

it('typing and marking rows stay in one entry, choices are a way back', () => {
  openAt(list);
  for (const text of ['k', 'ki', 'kite']) change({ query: { text } });
  change({ query: { margin: { from: 0.5, to: null } } });
  change({ place: 3 });
  expect(entries).toEqual([`${list}?round=1&margin=0.5..&search=kite`]);
  change({ query: { rounds: [0] }, place: 0 });
  change({ query: { sort: { by: 'length', descending: true } } });
  expect(entries).toHaveLength(3);
  travel(-1);
  expect(shown().query).toMatchObject({ rounds: [0], sort: { by: 'order' } });
  travel(-1);
  expect(shown().query).toMatchObject({ rounds: [1], text: 'kite' });
  travel(1);
  expect(shown().query.rounds).toEqual([0]);
  expect(entries).toHaveLength(3);
});

it('a review is opened as an entry of its own, which names its pair; Back closes it at the pair it was at', () => {
  openAt(list);
  change({ mode: 'review', place: 4, pair: { round: 1, id: 'aa' } });
  change({ place: 5, pair: null });
  change({ pair: { round: 1, id: 'bb' } });
  expect(entries).toEqual([list, `${list}?round=1&open=review&pair=1-bb`]);
  travel(-1);
  expect(shown()).toMatchObject({ mode: 'list', place: 5, pair: null });
  travel(1);
  expect(shown()).toMatchObject({ mode: 'review', pair: { round: 1, id: 'bb' } });
  openAt(entries[at] ?? '');
  expect(shown()).toMatchObject({ mode: 'review', pair: { round: 1, id: 'bb' } });
});

it('the tab comes back to the pairs as they were left, a bare address to those that a run begins with', () => {
  openAt(list);
  change({ query: { text: 'kite' } });
  store.getState().openRun('run1', 'outputs');
  store.getState().openRun('run1', 'pairs');
  expect(entries.map((hash) => hash.split('/')[3])).toEqual([
    'pairs?round=1&search=kite',
    'outputs',
    'pairs?round=1&search=kite',
  ]);
  entries.push(list);
  travel(1);
  expect(shown().query.text).toBe('');
  expect(entries[at]).toBe(list);
});

it('a browser that allows no more changes of the address for a while does not stop the page', () => {
  openAt(list);
  vi.stubGlobal('history', {
    replaceState: () => {
      throw new DOMException('too many', 'SecurityError');
    },
  });
  change({ query: { text: 'kite' } });
  expect(shown().query.text).toBe('kite');
});

it('where the studio begins by itself is no way back', () => {
  openAt('');
  expect(entries).toEqual(['#/run/run1/progress']);
});
