/** The sum at the end of `npm test`: every outcome is counted once, and a file that cannot be loaded is a failure. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addReport, emptyTally } from '../../../scripts/lib/vitest-results.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whetstone-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function report(testResults: object[]): string {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

describe('addReport', () => {
  it('sums over runs and names the skipped tests', () => {
    const name = join(process.cwd(), 'test/unit/x.test.ts');
    const statuses = ['passed', 'failed', 'skipped', 'pending', 'todo', 'passed'];
    const assertionResults = statuses.map((status, index) => ({ fullName: `case ${index}`, status }));
    const tally = emptyTally();
    const path = report([{ name, status: 'failed', message: '', assertionResults }]);
    expect(addReport(tally, path)).toBe(true);
    expect(addReport(tally, path)).toBe(true);
    expect([tally.passed, tally.failed, tally.skipped.length]).toEqual([4, 2, 6]);
    expect(tally.skipped[0]).toBe('test/unit/x.test.ts: case 2');
  });

  it('counts a file without tests that failed as one failure', () => {
    const tally = emptyTally();
    addReport(tally, report([{ name: 'a', status: 'failed', message: 'cannot load', assertionResults: [] }]));
    expect(tally).toEqual({ passed: 0, failed: 1, skipped: [] });
  });

  it('says when there is no readable report', () => {
    expect(addReport(emptyTally(), join(folder, 'none.json'))).toBe(false);
    writeFileSync(join(folder, 'cut.json'), '{"testResults": [');
    expect(addReport(emptyTally(), join(folder, 'cut.json'))).toBe(false);
  });
});
