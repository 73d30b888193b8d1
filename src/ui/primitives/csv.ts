/**
 * Rows as a CSV file (RFC 4180: CRLF, doubled quotes) for spreadsheets and Python. A text that a spreadsheet would take for a formula
 * gets an apostrophe in front: texts of data and models are hostile. Numbers are written in full precision. Pure.
 */

type CsvValue = string | number | boolean | null | undefined;

/** Not only '=': +, - and @ begin formulas too, and a tab or line end in front of them is skipped. */
const isFormula = (text: string): boolean => /^\s*[=+\-@]/.test(text);

function field(value: CsvValue): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = isFormula(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param columns also the header, in order; what a row lacks is empty */
export function csvText(columns: readonly string[], rows: readonly Readonly<Record<string, CsvValue>>[]): string {
  const lines = [columns.map(field), ...rows.map((row) => columns.map((column) => field(row[column])))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}
