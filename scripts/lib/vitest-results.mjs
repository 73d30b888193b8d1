/** Sums vitest's JSON reports. A file that cannot even be loaded counts as one failed test. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { projectRoot } from './paths.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: string[] }} Tally
 * @typedef {{ fullName: string, status: string, meta?: { skipReason?: string } }} Assertion
 * @typedef {{ name: string, status: string, message: string, assertionResults: Assertion[] }} FileResult
 */

/** @returns {Tally} */
export const emptyTally = () => ({ passed: 0, failed: 0, skipped: [] });

/**
 * @param {Tally} tally changed in place
 * @param {FileResult} file
 */
function addFile(tally, file) {
  const failedBefore = tally.failed;
  const path = relative(projectRoot, file.name);
  for (const test of file.assertionResults) {
    if (test.status === 'passed') tally.passed += 1;
    else if (test.status === 'failed') tally.failed += 1;
    else tally.skipped.push(`${path}: ${test.fullName}${test.meta?.skipReason ? ` (${test.meta.skipReason})` : ''}`);
  }
  if (file.status === 'failed' && tally.failed === failedBefore) tally.failed += 1;
}

/**
 * Adds the results of one vitest run.
 * @param {Tally} tally changed in place
 * @param {string} reportPath vitest's JSON report
 * @returns {boolean} false when there is no readable report, that is, vitest itself failed
 */
export function addReport(tally, reportPath) {
  try {
    for (const file of JSON.parse(readFileSync(reportPath, 'utf8')).testResults) addFile(tally, file);
    return true;
  } catch {
    return false;
  }
}
