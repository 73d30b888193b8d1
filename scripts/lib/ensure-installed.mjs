/**
 * Makes every command work from a fresh clone: runs `npm ci` when what is installed is not what the lockfile names.
 * Compares contents, not file times, so a checkout or a copy never causes a needless install. Imports Node built-ins only.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './paths.mjs';

/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockedPackage */

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage> | null} null when the file is missing or unreadable
 */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

/** True when node_modules holds every package of the lockfile (optional ones aside) at its version. */
function isInstalled() {
  const wanted = lockedPackages(join(projectRoot, 'package-lock.json'));
  const present = lockedPackages(join(projectRoot, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || present[path]?.version === entry.version,
  );
}

/**
 * Installs the npm packages if needed; quiet when there is nothing to do.
 * @throws {Error} with npm's last lines when the install fails
 */
export function ensureInstalled() {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Error(`Whetstone needs Node 20 or later; this is Node ${process.versions.node}.`);
  if (isInstalled()) return;
  console.log('Installing npm packages (npm ci) ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: projectRoot,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return;
  // npm's own report of what is missing comes before its usage text, so the first lines count.
  const lines = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim().split('\n');
  throw new Error(
    `npm ci failed. Check the network and the registry, then run it by hand.\n${lines.slice(0, 15).join('\n')}`,
  );
}
