/** Builds the studio with Vite when dist/ is missing or older than what it is built from. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { distFolder, projectRoot } from './paths.mjs';

const sources = ['src', 'workers', 'public', 'index.html', 'vite.config.ts', 'package-lock.json', 'tsconfig.base.json'];

/**
 * @param {string} path a file or a folder
 * @returns {number} the latest modification time in it, milliseconds since 1970; 0 when it does not exist
 */
function newest(path) {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** @returns {boolean} */
function isBuilt() {
  const page = join(distFolder, 'index.html');
  if (!existsSync(page)) return false;
  const built = statSync(page).mtimeMs;
  return sources.every((name) => newest(join(projectRoot, name)) <= built);
}

/**
 * @param {{ force?: boolean }} [options]
 * @throws {Error} with Vite's output when the build fails
 */
export function ensureBuilt({ force = false } = {}) {
  if (!force && isBuilt()) return;
  console.log('Building the studio (vite build) ...');
  const vite = join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js');
  const result = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`The build failed.\n${result.stdout ?? ''}${result.stderr ?? ''}`);
}
