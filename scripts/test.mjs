/**
 * `npm test`: brings what is missing (npm packages; Chromium, lavapipe and a compiler when root on Debian), then runs every
 * check in order and stops at the first that fails. The last line is `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { cacheFolder, projectRoot } from './lib/paths.mjs';
import { prepareMachine } from './lib/prepare-machine.mjs';
import { missingForChromium, missingForNode } from './lib/software-adapters.mjs';
import { addReport, emptyTally } from './lib/vitest-results.mjs';

const reports = join(cacheFolder, 'reports');

/** @typedef {{ name: string, command: string[], vitest?: boolean }} Step */

/** @type {Step[]} */
const steps = [
  { name: 'format', command: ['npm', 'run', '--silent', 'format'] },
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'types', command: ['npm', 'run', '--silent', 'types'] },
  { name: 'boundaries', command: ['npm', 'run', '--silent', 'boundaries'] },
  { name: 'dead code', command: ['npm', 'run', '--silent', 'deadcode'] },
  { name: 'unit', command: ['npm', 'run', '--silent', 'unit', '--'], vitest: true },
  { name: 'gpu', command: ['npm', 'run', '--silent', 'gpu', '--'], vitest: true },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'e2e', command: ['npm', 'run', '--silent', 'e2e', '--'], vitest: true },
];

/** @param {number} start milliseconds, from performance.now() */
const secondsSince = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/** @param {Step} step */
const reportPath = (step) => join(reports, `${step.name.replaceAll(' ', '-')}.json`);

/**
 * @param {Step} step
 * @returns {Promise<boolean>} true when its command exits with 0
 */
function runStep(step) {
  const extra = step.vitest ? ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath(step)}`] : [];
  const [program = '', ...args] = [...step.command, ...extra];
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: projectRoot, stdio: 'inherit', shell: process.platform === 'win32' });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** Says what is not there and which tests are skipped for it; the tests find out by the same functions. */
function announceGaps() {
  for (const problem of prepareMachine()) console.log(`! ${problem}`);
  /** @type {[string, string | null][]} */
  const gaps = [
    ['test/gpu', missingForNode('lavapipe')],
    ['test/gpu on SwiftShader', missingForNode('swiftshader')],
    ['test/e2e', missingForChromium('lavapipe')],
  ];
  for (const [tests, reason] of gaps) if (reason !== null) console.log(`! skipped: ${tests}: ${reason}`);
}

/**
 * @param {import('./lib/vitest-results.mjs').Tally} tally changed in place
 * @returns {Promise<string | null>} the name of the step that failed
 */
async function runAll(tally) {
  for (const step of steps) {
    console.log(`\n=== ${step.name} ===`);
    const start = performance.now();
    const ok = await runStep(step);
    const reported = step.vitest !== true || addReport(tally, reportPath(step));
    console.log(`=== ${step.name}: ${ok && reported ? 'ok' : 'FAILED'}, ${secondsSince(start)} ===`);
    if (!ok || !reported) return step.name;
  }
  return null;
}

async function main() {
  const start = performance.now();
  ensureInstalled();
  announceGaps();
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const tally = emptyTally();
  const failedStep = await runAll(tally);
  console.log(`\nTook ${secondsSince(start)}.`);
  for (const skipped of tally.skipped) console.log(`skipped: ${skipped}`);
  if (failedStep !== null) console.log(`Stopped at: ${failedStep}`);
  const failed = failedStep !== null && tally.failed === 0 ? 1 : tally.failed;
  console.log(`${tally.passed} passed, ${failed} failed, ${tally.skipped.length} skipped`);
  process.exit(failedStep === null && failed === 0 ? 0 : 1);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : String(error));
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
});
