/** Writes the demo's preference data and tokenizer into public/demo. Run by demo-data.mjs; a unit test compares the files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { demoFiles } from '../../src/demo/demo-files';

const target = join(import.meta.dirname, '..', '..', 'public', 'demo');
for (const [path, text] of demoFiles()) {
  const file = join(target, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`public/demo/${path}: ${Buffer.byteLength(text)} bytes`);
}
