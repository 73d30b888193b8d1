/** Copies a run's outputs from the studio into the output folder: as they appear, in pieces, each file whole or not at all. */
import { open, mkdir, rename } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';

/** Bytes that cross from the browser at a time. */
const pieceBytes = 4 * 2 ** 20;

/**
 * @param {string} folder
 * @param {string} path as the studio names it
 * @returns {string} the file's place, never outside `folder`
 */
function placeOf(folder, path) {
  const place = resolve(folder, path);
  if (!place.startsWith(folder + sep)) throw new Error(`internal: output path ${path} leaves the output folder`);
  return place;
}

/**
 * @param {import('playwright-core').JSHandle<Blob>} blob
 * @param {number} offset in bytes
 * @returns {Promise<Buffer>} empty at the end
 */
async function readPiece(blob, offset) {
  const url = await blob.evaluate(
    (whole, { from, size }) =>
      new Promise((/** @type {(url: string) => void} */ done, fail) => {
        const reader = new FileReader();
        reader.addEventListener('load', () => done(String(reader.result)));
        reader.addEventListener('error', () => fail(reader.error));
        reader.readAsDataURL(whole.slice(from, from + size));
      }),
    { from: offset, size: pieceBytes },
  );
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

/**
 * Writes one output under a temporary name and renames it.
 * @param {import('playwright-core').Page} page
 * @param {{ runId: string, path: string, folder: string }} output
 */
async function copyOutput(page, { runId, path, folder }) {
  const place = placeOf(folder, path);
  await mkdir(dirname(place), { recursive: true });
  const blob = await page.evaluateHandle((output) => window.whetstone.getOutput(output.runId, output.path), {
    runId,
    path,
  });
  const size = await blob.evaluate((whole) => whole.size);
  const file = await open(`${place}.part`, 'w');
  try {
    for (let offset = 0; offset < size; offset += pieceBytes) await file.write(await readPiece(blob, offset));
  } finally {
    await file.close();
    await blob.dispose();
  }
  await rename(`${place}.part`, place);
}

/**
 * Remembers what was copied, so that each look copies only what is new or has another size.
 * @param {import('playwright-core').Page} page
 * @param {string} folder absolute
 */
export function outputWriter(page, folder) {
  /** @type {Map<string, number>} */
  const copied = new Map();
  return {
    /**
     * @param {import('../../src/protocol/run-state').RunState} run
     * @param {{ all?: boolean }} [options] `all`: also what seems unchanged
     * @returns {Promise<string[]>} the paths that were new or had another size
     */
    async copyNew(run, { all = false } = {}) {
      const isNew = run.outputs.filter(({ path, bytes }) => copied.get(path) !== bytes).map(({ path }) => path);
      for (const { path, bytes } of all ? run.outputs : run.outputs.filter((output) => isNew.includes(output.path))) {
        await copyOutput(page, { runId: run.id, path, folder });
        copied.set(path, bytes);
      }
      return isNew;
    },
  };
}
