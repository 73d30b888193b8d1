/** The studio's colours stay apart for every kind of colour vision, and stand out from the page. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelColor, roundColor, runColor } from '../../../src/ui/primitives/model-colors';

type Rgb = readonly [number, number, number];
type Matrix = readonly [Rgb, Rgb, Rgb];

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB; the last is normal vision. */
const visions: Readonly<Record<string, Matrix>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
};
const models = ['base', 'sft', 'dpo_round1', 'dpo_round2', 'dpo_round3', 'dpo_round4'];
const grounds = { light: '#ffffff', dark: '#242424' };

const css = readFileSync('src/ui/app/page.css', 'utf8');
const [light = '', dark = ''] = css.split(":root[data-mantine-color-scheme='dark']");
const sheets = { light, dark };

/** The value of `var(--name)`. */
function valueOf(variable: string, scheme: 'light' | 'dark'): string {
  const name = variable.slice('var('.length, -1);
  const [, value] = new RegExp(`${name}: (#[0-9a-f]{6});`).exec(sheets[scheme]) ?? [];
  if (value === undefined) throw new Error(`page.css has no ${name} for ${scheme}`);
  return value;
}

const apply = (matrix: Matrix, [r, g, b]: Rgb): Rgb => {
  const row = ([x, y, z]: Rgb) => Math.min(1, Math.max(0, x * r + y * g + z * b));
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
};

function linear(hex: string): Rgb {
  const part = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** Bjorn Ottosson's OKLab. */
function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const distance = (a: string, b: string, vision: Matrix): number => {
  const [x, y] = [oklab(apply(vision, linear(a))), oklab(apply(vision, linear(b)))];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
};

function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r, g, b] = linear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dim, bright] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (bright! + 0.05) / (dim! + 0.05);
}

describe.each(['light', 'dark'] as const)('on the %s page', (scheme) => {
  const colors = models.map((model) => valueOf(modelColor(model), scheme));
  const runs = [0, 1, 2, 3].map((place) => valueOf(runColor(place), scheme));
  const [chosen, rejected] = ['var(--studio-chosen)', 'var(--studio-rejected)'].map((name) => valueOf(name, scheme));

  it.each(Object.entries(visions))('models, and chosen and rejected, differ: %s', (_, vision) => {
    // 0.02 in OKLab is just noticeable side by side; a thin line needs about five times that.
    for (const [i, a] of colors.entries())
      for (const b of colors.slice(i + 1)) expect(distance(a, b, vision), `${a} and ${b}`).toBeGreaterThan(0.1);
    expect(distance(chosen!, rejected!, vision)).toBeGreaterThan(0.15);
  });

  it.each(Object.entries(visions))('compared runs differ: %s', (_, vision) => {
    for (const [i, a] of runs.entries())
      for (const b of runs.slice(i + 1)) expect(distance(a, b, vision), `${a} and ${b}`).toBeGreaterThan(0.15);
  });

  it('a run has no model’s colour', () => {
    for (const run of runs)
      for (const color of colors) expect(distance(run, color, visions['normal']!)).toBeGreaterThan(0.085);
  });

  it('lines have a contrast of 3 to 1, the words for chosen and rejected 4.5 to 1 (WCAG AA)', () => {
    for (const color of [...colors, ...runs]) expect(contrast(color, grounds[scheme])).toBeGreaterThan(3);
    for (const color of [chosen!, rejected!]) expect(contrast(color, grounds[scheme])).toBeGreaterThan(4.5);
  });
});

it('models keep their colour whatever is shown beside them', () => {
  expect(modelColor('dpo_round2')).toBe(roundColor(2));
  expect(modelColor('dpo_round5')).toBe(roundColor(1));
  expect(modelColor('sft')).toBe(roundColor(0));
});
