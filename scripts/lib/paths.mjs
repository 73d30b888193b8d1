/** Where the project's own folders are, found from this file, so that commands work from any directory. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const distFolder = join(projectRoot, 'dist');
export const cacheFolder = join(projectRoot, '.cache');
/** The two small libraries of test/support/chromium-lavapipe and the driver description that points at them. */
export const lavapipeFolder = join(cacheFolder, 'lavapipe');
