/** Addresses and what they name, the damaged ones too. */
import { expect, it } from 'vitest';
import type { View } from '../../../src/store/selection';
import { hashOf, viewOf } from '../../../src/ui/app/hash-location';

it.each<[string, View]>([
  ['#/setup', { page: 'setup' }],
  ['#/compare/a,b%20c', { page: 'compare', runIds: ['a', 'b c'] }],
  ['#/run/a%2Fb/pairs', { page: 'run', runId: 'a/b', tab: 'pairs' }],
])('%s names a place and is its address', (hash, view) => {
  expect(viewOf(hash)).toEqual(view);
  expect(hashOf(view)).toBe(hash);
});

it.each(['#/run/%E0%A4%A/progress', '#/compare/%', '#/nonsense', '#nonsense', '#/run', '#/run/', '#/start'])(
  '%s names no place, and stays as it is',
  (hash) => {
    expect(viewOf(hash)).toEqual({ page: 'unknown', hash });
    expect(hashOf({ page: 'unknown', hash })).toBe(hash);
  },
);

it.each(['', '#', '#/'])('“%s” is no address at all', (hash) => expect(viewOf(hash)).toBeNull());
