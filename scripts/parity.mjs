/**
 * `npm run parity -- DIR [options]`: installs what is missing, then hands all arguments to the parity runner (TypeScript, run by tsx).
 * The runner's own options are its business; `--adapter` is read here only to prepare the machine for it.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { projectRoot } from './lib/paths.mjs';
import { prepareMachine } from './lib/prepare-machine.mjs';
import { missingForNode } from './lib/software-adapters.mjs';

/** @param {string[]} args @returns {string} the value of --adapter, or the default */
function adapterOf(args) {
  const joined = args.find((argument) => argument.startsWith('--adapter='));
  if (joined !== undefined) return joined.slice('--adapter='.length);
  const at = args.indexOf('--adapter');
  return (at < 0 ? undefined : args[at + 1]) ?? 'lavapipe';
}

/** @param {string[]} args @returns {number} the exit code */
function main(args) {
  ensureInstalled();
  const adapter = adapterOf(args);
  if ((adapter === 'lavapipe' || adapter === 'swiftshader') && missingForNode(adapter) !== null) {
    const problems = prepareMachine();
    const missing = missingForNode(adapter);
    if (missing !== null) throw new Error([missing, ...problems].join('\n'));
  }
  const tsx = join(projectRoot, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const runner = join(projectRoot, 'test', 'parity', 'run.ts');
  return spawnSync(process.execPath, [tsx, runner, ...args], { stdio: 'inherit' }).status ?? 1;
}

try {
  process.exit(main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
