/**
 * The two software WebGPU adapters (lavapipe: with shader-f16; SwiftShader: without) as environment and flags for Node and
 * Chromium, and what this machine lacks for each. Installs nothing; see prepare-machine.mjs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lavapipeFolder } from './paths.mjs';

/** @typedef {'lavapipe' | 'swiftshader'} SoftwareAdapter */

export const lavapipeDriver = '/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so';
const swiftshaderDescription = '/usr/lib/chromium/vk_swiftshader_icd.json';
const lavapipeDescription = join(lavapipeFolder, 'lavapipe_icd.json');
const standIn = join(lavapipeFolder, 'liblvp_as_swiftshader.so');
const redirect = join(lavapipeFolder, 'libdlopen_redirect.so');

/** Files that must exist, with what to do when one does not. */
export const lavapipeFiles = { description: lavapipeDescription, standIn, redirect };

/** Raises lavapipe's limit of one storage binding from 128 MiB to 1 GiB, that of SwiftShader. */
const bindingLimit = { LVP_MAX_SSBO: String(2 ** 30) };

/** @returns {string | null} Chromium's path: $CHROMIUM, else the first usual place that exists */
export function findChromium() {
  const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];
  return places.find((place) => place !== undefined && existsSync(place)) ?? null;
}

/**
 * What this machine lacks for an adapter in Dawn under Node.
 * @param {SoftwareAdapter} adapter
 * @returns {string | null} null when nothing
 */
export function missingForNode(adapter) {
  if (process.platform !== 'linux') return `the ${adapter} adapter is arranged on Linux only`;
  const files = adapter === 'lavapipe' ? [lavapipeDriver, standIn, lavapipeDescription] : [swiftshaderDescription];
  const absent = files.find((file) => !existsSync(file));
  return absent === undefined
    ? null
    : `${adapter} adapter: ${absent} is missing (npm test as root on Debian installs it)`;
}

/**
 * What this machine lacks for an adapter in Chromium.
 * @param {SoftwareAdapter} adapter
 * @returns {string | null} null when nothing
 */
export function missingForChromium(adapter) {
  if (findChromium() === null) return 'Chromium is missing (apt install chromium, or set CHROMIUM to its path)';
  if (adapter === 'swiftshader') return null;
  const absent = [lavapipeDriver, standIn, redirect].find((file) => !existsSync(file));
  return absent === undefined
    ? null
    : `lavapipe adapter: ${absent} is missing (npm test as root on Debian installs it)`;
}

/**
 * Environment variables under which the Vulkan loader of this process, or of a child, finds only this adapter.
 * @param {SoftwareAdapter} adapter
 * @returns {Record<string, string>}
 */
export function nodeEnvironment(adapter) {
  const description = adapter === 'lavapipe' ? lavapipeDescription : swiftshaderDescription;
  return { VK_ICD_FILENAMES: description, VK_DRIVER_FILES: description, XDG_RUNTIME_DIR: '/tmp', ...bindingLimit };
}

/**
 * Environment and flags for Chromium. `gpu` = the machine's own GPU in headless Chrome on Linux (design.md, fact 1).
 * @param {SoftwareAdapter | 'gpu'} adapter
 * @returns {{ args: string[], env: Record<string, string> }}
 */
export function chromiumLaunch(adapter) {
  const common = ['--enable-unsafe-webgpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  if (adapter === 'gpu') {
    const vulkan = ['--use-angle=vulkan', '--enable-features=Vulkan', '--disable-vulkan-surface'];
    return { args: [...common, ...vulkan, '--ignore-gpu-blocklist'], env: {} };
  }
  if (adapter === 'swiftshader') return { args: [...common, '--use-webgpu-adapter=swiftshader'], env: {} };
  return { args: common, env: { LD_PRELOAD: redirect, ...bindingLimit } };
}
