/**
 * `npm run demo:pretrain`, `demo:samples` and `demo:experiment`: installs what is missing, then hands all arguments to the command's
 * TypeScript in scripts/demo, run by tsx. Development only: the demo's model and data are committed.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { projectRoot } from './lib/paths.mjs';
import { prepareMachine } from './lib/prepare-machine.mjs';
import { missingForNode } from './lib/software-adapters.mjs';

const commands = ['pretrain', 'samples', 'experiment'];

/** @param {string[]} args @returns {number} the exit code */
function main([command = '', ...args]) {
  if (!commands.includes(command)) throw new Error(`"${command}" is no command: ${commands.join(', ')}.`);
  ensureInstalled();
  if (missingForNode('lavapipe') !== null) {
    const problems = prepareMachine();
    const missing = missingForNode('lavapipe');
    if (missing !== null) throw new Error([missing, ...problems].join('\n'));
  }
  const tsx = join(projectRoot, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const script = join(projectRoot, 'scripts', 'demo', `${command}.ts`);
  return spawnSync(process.execPath, [tsx, script, ...args], { stdio: 'inherit' }).status ?? 1;
}

try {
  process.exit(main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
