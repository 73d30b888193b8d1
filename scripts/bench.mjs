/**
 * `npm run bench -- [options]`: installs what is missing, then hands all arguments to the benchmark (TypeScript, run by tsx).
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { projectRoot } from './lib/paths.mjs';
import { prepareMachine } from './lib/prepare-machine.mjs';
import { missingForNode } from './lib/software-adapters.mjs';

/** @param {string[]} args @returns {number} the exit code */
function main(args) {
  ensureInstalled();
  if (missingForNode('lavapipe') !== null) {
    const problems = prepareMachine();
    const missing = missingForNode('lavapipe');
    if (missing !== null) throw new Error([missing, ...problems].join('\n'));
  }
  const tsx = join(projectRoot, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const runner = join(projectRoot, 'test', 'bench', 'run.ts');
  return spawnSync(process.execPath, [tsx, runner, ...args], { stdio: 'inherit' }).status ?? 1;
}

try {
  process.exit(main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
