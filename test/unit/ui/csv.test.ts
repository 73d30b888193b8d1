/** Tables as CSV: what a spreadsheet and a script read back is what went in. */
import Papa from 'papaparse';
import { expect, it } from 'vitest';
import { toCsv } from '../../../src/ui/charts/csv';

it('keeps every digit and any text, and leaves missing values empty', () => {
  const rows = [
    ['a "quoted", name', 0.1 + 0.2, 1],
    ['two\nlines', 5e-324, null],
    ['', NaN, undefined],
  ] as const;
  const text = toCsv(['name', 'value', 'other'], rows);
  const read = Papa.parse<string[]>(text.trimEnd(), { newline: '\r\n' });
  expect(read.errors).toEqual([]);
  expect(read.data).toEqual([
    ['name', 'value', 'other'],
    ['a "quoted", name', '0.30000000000000004', '1'],
    ['two\nlines', '5e-324', ''],
    ['', '', ''],
  ]);
  expect(Number(read.data[1]![1])).toBe(0.1 + 0.2);
});

it('gives no text to a spreadsheet as a formula; negative numbers stay numbers', () => {
  expect(toCsv(['a', 'b'], [['=1+1', -2]])).toBe("a,b\r\n'=1+1,-2\r\n");
});
