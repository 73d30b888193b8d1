/**
 * `npm run lockfile`: after `npm install PACKAGE`, adds to package-lock.json the optional packages of other platforms that npm left out.
 * A registry mirror that holds only this platform's builds makes npm drop the others, and `npm ci` then refuses the lockfile, everywhere.
 * The entries carry version, platform and processor, as npm writes them; integrity only where npm knew it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './lib/paths.mjs';

/**
 * @typedef {{ version: string, cpu?: string[], os?: string[], libc?: string[], dev?: boolean, optional?: boolean,
 *   optionalDependencies?: Record<string, string> }} Entry
 */

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

/**
 * What a platform package's name says of where it runs, e.g. `binding-linux-arm-musleabihf`.
 * @param {string} name
 * @returns {{ cpu: string[], os?: string[], libc?: string[] } | null} null when it says nothing
 */
export function platformOf(name) {
  const words = name.split(/[/-]/);
  const cpu = processors.find((word) => words.includes(word));
  const os = systems.find((word) => words.includes(word));
  if (cpu === undefined || (os === undefined && cpu !== 'wasm32')) return null;
  const last = words.at(-1) ?? '';
  const libc = os !== 'linux' ? [] : last.startsWith('musl') ? ['musl'] : last.startsWith('gnu') ? ['glibc'] : [];
  return { cpu: [cpu], ...(os !== undefined && { os: [os] }), ...(libc.length > 0 && { libc }) };
}

/** @param {Record<string, Entry>} packages @param {string} from a key of `packages` @param {string} name */
function isLocked(packages, from, name) {
  const parts = from.split('/node_modules/');
  const places = parts.map(
    (_, index) => `${parts.slice(0, parts.length - index).join('/node_modules/')}/node_modules/${name}`,
  );
  return [...places, `node_modules/${name}`].some((place) => packages[place] !== undefined);
}

/**
 * The packages that are named as optional and have no entry.
 * @param {Record<string, Entry>} packages of a lockfile
 * @returns {Record<string, Entry>} the entries to add
 * @throws {Error} for a package whose name does not tell its platform, or whose version is a range
 */
export function missingEntries(packages) {
  /** @type {Record<string, Entry>} */
  const missing = {};
  for (const [from, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isLocked(packages, from, name)) continue;
      const platform = platformOf(name);
      if (platform === null || !/^\d/.test(version))
        throw new Error(`package-lock.json lacks ${name}@${version} (of ${from})`);
      missing[`node_modules/${name}`] = { version, ...platform, ...(dev === true && { dev }), optional: true };
    }
  }
  return missing;
}

function main() {
  const path = join(projectRoot, 'package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingEntries(lock.packages);
  const entries = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${Object.keys(missing).length} entries added to package-lock.json`);
}

if (process.argv[1]?.endsWith('complete-lockfile.mjs')) main();
