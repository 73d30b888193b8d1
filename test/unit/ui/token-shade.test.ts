import { expect, it } from 'vitest';
import { shadeStyle, tokenShade } from '../../../src/ui/features/pairs/token-shade';

it('a likelier token has another colour than a less likely one, the stronger the more, and none where nothing changed', () => {
  const strength = (ratio: number) => tokenShade(ratio)?.strength;
  expect(tokenShade(0.5)?.color).not.toBe(tokenShade(-0.5)?.color);
  expect([strength(0.5), strength(-0.5), strength(1), strength(7)]).toEqual([0.5, 0.5, 1, 1]);
  expect([tokenShade(0), tokenShade(0.01), tokenShade(Number.NaN), shadeStyle(0)]).toEqual([
    null,
    null,
    null,
    undefined,
  ]);
});
