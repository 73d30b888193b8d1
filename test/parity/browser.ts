/** The parity run in Chromium's worker: builds the parity page, serves it beside the cases on loopback, and listens. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { projectRoot } from '../../scripts/lib/paths.mjs';
import { serveFolder } from '../../scripts/serve.mjs';
import type { CaseFolder } from './node-cases';
import type { ParityOptions } from './options';
import type { BrowserCase, BrowserMessage } from './page/messages';
import type { ReportRow } from './report';

const site = join(projectRoot, '.cache', 'parity');

async function buildSite(cases: CaseFolder[], root: string): Promise<BrowserCase[]> {
  rmSync(site, { recursive: true, force: true });
  mkdirSync(site, { recursive: true });
  await build({
    root: join(projectRoot, 'test', 'parity', 'page'),
    base: './',
    logLevel: 'warn',
    configFile: false,
    worker: { format: 'es' },
    build: { outDir: site, emptyOutDir: true, target: 'esnext', chunkSizeWarningLimit: 4096 },
  });
  cpSync(root, join(site, 'cases'), { recursive: true, dereference: true });
  return cases.map(({ source, expectedName }) => ({
    name: source.name,
    paths: source.paths,
    folder: `/cases/${source.name}`,
    expectedFolder: `/cases/${expectedName}`,
  }));
}

/** Results as they come from the browser. */
export async function* runInBrowser(
  cases: CaseFolder[],
  { adapter, checks, folder, engine, precision }: ParityOptions,
): AsyncGenerator<ReportRow> {
  const job = { checks, engine, precision, cases: await buildSite(cases, folder) };
  const server = await serveFolder({ folder: site, port: 0 });
  const { context, close } = await launchChromium({ adapter });
  const queue: BrowserMessage[] = [];
  let wake = () => {};
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.exposeFunction('parityMessage', (message: BrowserMessage) => {
      queue.push(message);
      wake();
    });
    await page.goto(server.address);
    await page.waitForFunction(() => 'runParity' in window);
    await page.evaluate((sent) => window.runParity(sent), job);
    for (;;) {
      const message = queue.shift();
      if (!message) await new Promise<void>((resolve) => (wake = resolve));
      else if (message.type === 'failed') throw new Error(message.message);
      else if (message.type === 'done') return;
      else if (message.type === 'adapter')
        console.log(`adapter: ${message.text} (Chromium), engine ${engine}, precision ${precision}`);
      else yield { ...message.result, case: message.case };
    }
  } finally {
    await close();
    await server.close();
  }
}
