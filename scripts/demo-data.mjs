/** `npm run demo:data`: writes the demo's preference data and tokenizer into public/demo (TypeScript, run by tsx). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { projectRoot } from './lib/paths.mjs';

ensureInstalled();
const tsx = join(projectRoot, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const writer = join(projectRoot, 'scripts', 'demo', 'write-data.ts');
process.exit(spawnSync(process.execPath, [tsx, writer], { stdio: 'inherit' }).status ?? 1);
