/** `npm run icons`: draws the PNG icons of the manifest and of iOS from public/icon.svg, in headless Chromium. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { projectRoot } from './lib/paths.mjs';
import { findChromium } from './lib/software-adapters.mjs';

const publicFolder = join(projectRoot, 'public');
const icon = readFileSync(join(publicFolder, 'icon.svg'), 'utf8');

/** Where the system cuts its own shape the ground has no corners of its own, and a margin keeps the drawing inside of any shape. */
const ground = /fill="(#\w+)"/.exec(icon)?.[1] ?? 'white';

/** `drawn` is the icon's share of the width. */
const pictures = [
  { file: 'icon-192.png', size: 192, drawn: 1, background: 'transparent' },
  { file: 'icon-512.png', size: 512, drawn: 1, background: 'transparent' },
  { file: 'icon-maskable-512.png', size: 512, drawn: 0.86, background: ground },
  { file: 'apple-touch-icon.png', size: 180, drawn: 1, background: ground },
];

ensureInstalled();
const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox'] });
const page = await browser.newPage();
for (const { file, size, drawn, background } of pictures) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>
      body { margin: 0; height: 100vh; display: grid; place-items: center; background: ${background} }
      svg { width: ${size * drawn}px; height: ${size * drawn}px }
    </style>${icon}`,
  );
  await page.screenshot({ path: join(publicFolder, file), omitBackground: true });
  console.log(`wrote public/${file}`);
}
await browser.close();
