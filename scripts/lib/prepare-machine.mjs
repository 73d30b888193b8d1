/**
 * Brings Chromium, Mesa's lavapipe and a compiler onto a Debian machine (root only), and builds the small libraries that let
 * Chromium and Dawn use lavapipe with a 1 GiB binding limit. Does nothing that is already done.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lavapipeFolder, projectRoot } from './paths.mjs';
import { findChromium, lavapipeDriver, lavapipeFiles } from './software-adapters.mjs';

const tools = join(projectRoot, 'test', 'support', 'chromium-lavapipe');

/**
 * @param {string} title
 * @param {string} script a file in chromium-lavapipe
 * @param {string[]} args
 * @returns {string | null} the last lines of its output when it failed
 */
function runScript(title, script, args) {
  console.log(`${title} ...`);
  const result = spawnSync('sh', [join(tools, script), ...args], { encoding: 'utf8' });
  if (result.status === 0) return null;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim().split('\n');
  return `${title} failed: ${output.slice(-6).join(' | ')}`;
}

/** @returns {boolean} true on Debian itself, whose package names install.sh uses */
function isDebian() {
  return existsSync('/etc/debian_version') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** What of the system packages is not there. */
function missingPackages() {
  return [
    findChromium() === null ? 'chromium' : null,
    existsSync(lavapipeDriver) ? null : 'mesa-vulkan-drivers (23 or later: from backports on Debian 12)',
    existsSync('/usr/bin/gcc') ? null : 'gcc libc6-dev',
    existsSync('/usr/include/vulkan/vulkan.h') ? null : 'libvulkan-dev',
  ].filter((name) => name !== null);
}

/** @returns {string | null} what went wrong */
function installPackages() {
  const missing = missingPackages();
  if (missing.length === 0) return null;
  if (isDebian() && process.getuid?.() === 0)
    return runScript('Installing Chromium, lavapipe and gcc (apt)', 'install.sh', []);
  return `not installed: ${missing.join(', ')}. As root on Debian, npm test installs them: sh test/support/chromium-lavapipe/install.sh`;
}

/** @returns {string | null} what went wrong */
function buildLibraries() {
  mkdirSync(lavapipeFolder, { recursive: true });
  if (!existsSync(lavapipeFiles.standIn) || !existsSync(lavapipeFiles.redirect)) {
    const failure = runScript('Building the lavapipe stand-in', 'build.sh', [lavapipeFolder]);
    if (failure !== null) return failure;
  }
  const icd = { file_format_version: '1.0.0', ICD: { library_path: lavapipeFiles.standIn, api_version: '1.3.0' } };
  writeFileSync(lavapipeFiles.description, `${JSON.stringify(icd, null, 2)}\n`);
  return null;
}

/**
 * Installs and builds what is missing.
 * @returns {string[]} what could not be arranged, in words; empty when all is there
 */
export function prepareMachine() {
  if (process.platform !== 'linux') return ['software WebGPU adapters are arranged on Linux only'];
  const problems = [installPackages()];
  if (existsSync('/usr/bin/gcc') && existsSync('/usr/include/vulkan/vulkan.h')) problems.push(buildLibraries());
  return problems.filter((problem) => problem !== null);
}
