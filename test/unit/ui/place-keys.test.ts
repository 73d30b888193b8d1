import { describe, expect, it } from 'vitest';
import { plainPages } from '../../../src/store/selection';
import { placeKeys, type Pressed } from '../../../src/ui/app/place-keys';
import { placeNames } from '../../../src/ui/app/place-names';

const press = (key: string, at: number, change: Partial<Pressed> = {}): Pressed => ({
  key,
  at,
  modified: false,
  taken: false,
  ...change,
});

describe('the keys between places', () => {
  it('lead to every place, by a letter of its own', () => {
    expect(placeNames.map(({ page }) => page).toSorted()).toEqual([...plainPages].toSorted());
    expect(new Set(placeNames.map(({ letter }) => letter)).size).toBe(placeNames.length);
    for (const { page, letter } of placeNames) {
      const meaningOf = placeKeys();
      expect([meaningOf(press('g', 0)), meaningOf(press(letter, 300))]).toEqual(['wait', { go: page }]);
    }
  });

  it('need the g before, once for each place, and not long before', () => {
    const meaningOf = placeKeys();
    expect(meaningOf(press('r', 0))).toBeNull();
    meaningOf(press('g', 100));
    expect(meaningOf(press('x', 200))).toBeNull();
    expect(meaningOf(press('r', 300))).toBeNull();
    meaningOf(press('g', 1000));
    expect(meaningOf(press('r', 2501))).toBeNull();
    meaningOf(press('g', 3000));
    expect(meaningOf(press('R', 4500))).toEqual({ go: 'runs' });
    expect(meaningOf(press('r', 4600))).toBeNull();
  });

  it('mean nothing in fields, under dialogs, and with Control', () => {
    const meaningOf = placeKeys();
    expect(meaningOf(press('?', 0))).toBe('help');
    for (const change of [{ modified: true }, { taken: true }]) {
      expect(meaningOf(press('?', 0, change))).toBeNull();
      expect(meaningOf(press('g', 10, change))).toBeNull();
      expect(meaningOf(press('r', 20))).toBeNull();
      meaningOf(press('g', 30));
      expect(meaningOf(press('r', 40, change))).toBeNull();
    }
  });
});
