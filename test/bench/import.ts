/**
 * Imports a generated file of HH-RLHF's size (160,800 pairs of transcripts) in Chromium and says how long it took, how far the heaps
 * of page and data worker grew, and for how long the page stood still. Own text, seeded.
 * `npx tsx test/bench/import.ts [pairs] [--format jsonl|parquet|csv|jsonl.gz]`.
 */
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import type { Page } from 'playwright-core';
import { ensureBuilt } from '../../scripts/lib/build.mjs';
import { distFolder } from '../../scripts/lib/paths.mjs';
import { serveFolder } from '../../scripts/serve.mjs';
import { seededRandom } from '../../src/data/seeded-random';
import { launchBrowser } from '../support/browser';
import { parquet } from '../support/data-files';
import { watchHeaps } from '../support/heap-watch';

const pairs = Number(process.argv[2] ?? 160_800);
const format = process.argv[4] ?? 'jsonl';
const random = seededRandom(1, 'import bench');
const words = Array.from({ length: 4000 }, (_, i) => {
  const letter = () => String.fromCharCode(97 + Math.floor(random() * 26));
  return Array.from({ length: 2 + (i % 9) }, letter).join('');
});

/** Lengths with a long tail, as in HH-RLHF: half of the prompts are up to `median` characters. */
function text(median: number): string {
  const spread = Math.exp(1.1 * (random() + random() + random() - 1.5) * 2);
  const target = median * spread;
  let made = '';
  while (made.length < target) made += `${words[Math.floor(random() ** 2 * words.length)]} `;
  return made;
}

function pair() {
  const prompt = `\n\nHuman: ${text(300)}\n\nAssistant:`;
  return { chosen: `${prompt} ${text(110)}`, rejected: `${prompt} ${text(110)}` };
}

async function writeFile(path: string): Promise<void> {
  const out = createWriteStream(path);
  if (format === 'parquet') {
    out.end(parquet(Array.from({ length: pairs }, pair)));
  } else {
    const stream = format.endsWith('.gz') ? createGzip({ level: 1 }) : out;
    if (stream !== out) stream.pipe(out);
    const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
    if (format.startsWith('csv')) stream.write('chosen,rejected\n');
    for (let i = 0; i < pairs; i++) {
      const { chosen, rejected } = pair();
      const line = format.startsWith('csv')
        ? `${quoted(chosen)},${quoted(rejected)}\n`
        : `${JSON.stringify({ chosen, rejected })}\n`;
      if (!stream.write(line)) await once(stream, 'drain');
    }
    stream.end();
  }
  await once(out, 'finish');
}

declare global {
  interface Window {
    /** The longest time between two timers, and when the last one came, in ms. */
    watched?: { longest: number; last: number };
  }
}

/** From now on the page notes the longest time between two of its timers. */
function watchStandstill(page: Page): Promise<void> {
  return page.evaluate(() => {
    const watched = { longest: 0, last: performance.now() };
    window.watched = watched;
    setInterval(() => {
      const now = performance.now();
      watched.longest = Math.max(watched.longest, now - watched.last);
      watched.last = now;
    }, 10);
  });
}

async function main(): Promise<void> {
  ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-import-'));
  const path = join(folder, `pairs.${format}`);
  await writeFile(path);
  const bytes = statSync(path).size;
  const server = await serveFolder({ folder: distFolder, port: 0 });
  const browser = await launchBrowser({ adapter: 'swiftshader' });
  try {
    const { page } = browser;
    const session = await browser.context.newCDPSession(page);
    const heaps = await watchHeaps(session);
    await page.goto(server.address);
    await page.evaluate(() => window.whetstone.ready());
    await watchStandstill(page);
    const start = performance.now();
    await page.getByTestId('dataset-files').setInputFiles(path);
    const done = page
      .getByTestId('dataset-report')
      .or(page.getByTestId('dataset-error'))
      .waitFor({ timeout: 1_200_000 });
    let over = false;
    void done.finally(() => (over = true));
    while (!over) {
      await heaps.look();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await done;
    const seconds = (performance.now() - start) / 1000;
    const error = page.getByTestId('dataset-error');
    if ((await error.count()) > 0) throw new Error((await error.textContent()) ?? '');
    const longest = await page.evaluate(() => window.watched?.longest ?? Infinity);
    const [dataset] = await page.evaluate(() => window.whetstone.state().datasets);
    console.log(
      JSON.stringify(
        {
          format,
          megabytes: Math.round(bytes / 1e6),
          pairs: dataset?.pairs,
          nearDuplicates: dataset?.report?.nearDuplicates,
          seconds: Math.round(seconds),
          peakHeapMB: Object.fromEntries([...heaps.peaks].map(([name, peak]) => [name, Math.round(peak / 1e6)])),
          longestStandstillMs: Math.round(longest),
        },
        null,
        2,
      ),
    );
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
