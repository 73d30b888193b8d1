/** Tables as CSV (RFC 4180): commas, quotes where needed, CRLF, numbers in full precision. Pure. */

export type CsvCell = string | number | null | undefined;

/** Text that a spreadsheet would run as a formula is led by an apostrophe; numbers stay as they are. */
function cellText(cell: CsvCell): string {
  if (cell === null || cell === undefined || (typeof cell === 'number' && Number.isNaN(cell))) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @param rows cells in the order of `columns`; missing values, also NaN, become empty cells */
export function toCsv(columns: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  const lines = [columns.map(cellText).join(',')];
  for (const row of rows) lines.push(row.map(cellText).join(','));
  return `${lines.join('\r\n')}\r\n`;
}
