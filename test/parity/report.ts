/** The table of a parity run: case x check x error x tolerance. */
import type { CheckResult } from './case';

export interface ReportRow extends CheckResult {
  case: string;
}

export const passes = ({ error, tolerance }: CheckResult): boolean => error <= tolerance;

const shown = (row: CheckResult) =>
  row.kind === 'mismatches'
    ? [`${row.error} differ`, '0']
    : [row.error.toExponential(1), row.tolerance.toExponential(0)];

/** One line of the terminal's table. */
export function formatRow(row: ReportRow): string {
  const [error, limit] = shown(row);
  return `${passes(row) ? 'ok  ' : 'MISS'} ${row.case.padEnd(19)} ${row.check.padEnd(44)} ${error!.padStart(10)} ${limit!.padStart(8)} ${row.kind}`;
}

/** A Markdown table with one row a case and group of checks: the worst share of its tolerance. For docs/LOG.md. */
export function formatMarkdown(rows: ReportRow[]): string {
  const groups = new Map<string, ReportRow[]>();
  for (const row of rows) {
    const key = `${row.case} | ${row.check.split('.')[0]!.replace(/^loss$/, 'loss types')}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const share = (row: ReportRow) =>
    row.tolerance === 0 ? (row.error === 0 ? 0 : Infinity) : row.error / row.tolerance;
  const lines = [...groups].map(([key, members]) => {
    const worst = members.reduce((a, b) => (share(b) > share(a) ? b : a));
    const [error, limit] = shown(worst);
    return `| ${key} | ${members.filter(passes).length}/${members.length} | ${worst.check} | ${error} | ${limit} |`;
  });
  return ['| case | checks | passed | worst | error | tolerance |', '|---|---|---|---|---|---|', ...lines].join('\n');
}
