/** Numbers, sizes and times as people read them. Pure functions. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Decimal units, as file managers show them: 4200000 -> '4.2 MB'. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** 4505600 -> '4.5 M' */
export function formatCount(count: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

export const formatInteger = (value: number): string => new Intl.NumberFormat('en').format(value);

/** Six significant digits, with an exponent only where it helps: 0.6931472 -> '0.693147', 5e-6 -> '5e-6'. */
export function formatNumber(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e7) return String(Number(value.toPrecision(digits)));
  return value
    .toExponential(digits - 1)
    .replace(/\.?0+e/, 'e')
    .replace('e+', 'e');
}

/** 3725 -> '1 h 2 min', 65 -> '1 min 5 s', 4.2 -> '4 s' */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

const fewMinutes = 90;
const fewHours = 36;

/** An estimate, as exact as it deserves: 42 -> '40 s', 1490 -> '25 min', 9300 -> '2.5 h', 200000 -> '2.5 days'. */
export function formatRoughly(seconds: number): string {
  const halves = (value: number) => Math.round(2 * value) / 2;
  if (seconds < 5) return 'under 5 s';
  if (seconds < 57.5) return `${5 * Math.round(seconds / 5)} s`;
  const minutes = seconds / 60;
  if (minutes < 10) return `${Math.round(minutes)} min`;
  if (minutes < fewMinutes) return `${5 * Math.round(minutes / 5)} min`;
  const hours = minutes / 60;
  return hours < fewHours ? `${halves(hours)} h` : `${halves(hours / 24)} days`;
}

/** The same in a sentence: 1490 -> 'about 25 min'. */
export const formatAbout = (seconds: number): string =>
  seconds < 5 ? 'a few seconds' : `about ${formatRoughly(seconds)}`;

export const formatDate = (milliseconds: number): string =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(milliseconds);

/** A span of time: 'Nov 28, 2026, 2:10 – 2:25 AM' */
export const formatSpan = (from: number, to: number): string =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).formatRange(from, to);

const DAY_MS = 86_400_000;

/** When something will be, to five minutes, or to a minute where it is near: '2:35 AM', with the date where it is a day off. */
export function formatTimeAhead(milliseconds: number, now: number): string {
  const minutes = milliseconds - now < 600_000 ? 1 : 5;
  const rounded = Math.round(milliseconds / (minutes * 60_000)) * minutes * 60_000;
  if (rounded - now >= DAY_MS) return formatDate(rounded);
  return new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(rounded);
}

/** With a real minus, and no sign before what rounds to zero: -0.44, 3 -> '−0.440' */
export function formatFixed(value: number, decimals: number): string {
  const size = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(size) !== 0 ? `−${size}` : size;
}

export const formatPercent = (share: number): string => `${(100 * share).toFixed(1)}%`;

const sinceUnits: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** 'just now', '5 minutes ago', 'yesterday' */
export function formatSince(milliseconds: number, now: number): string {
  const passed = now - milliseconds;
  const [unit, length] = sinceUnits.find(([, size]) => passed >= size) ?? [];
  if (unit === undefined || length === undefined) return 'just now';
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.floor(passed / length), unit);
}
