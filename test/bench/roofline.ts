/**
 * What the origin's run would cost on its T4, on paper: the kernels' own counts of operations and bytes for every dispatch of
 * every stage of TinyLlama-1.1B, under a roofline; and the memory plans of that model. Needs no GPU.
 * `npx tsx test/bench/roofline.ts` prints the tables, with --write it puts them into docs/PERFORMANCE.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import {
  countsTable,
  demoMemoryTable,
  demoTable,
  kernelTable,
  memoryTable,
  recipeMemoryTable,
  stageTable,
} from './roofline/tables';

const page = new URL('../../docs/PERFORMANCE.md', import.meta.url);

const sections: Record<string, () => string> = {
  counts: countsTable,
  stages: stageTable,
  kernels: kernelTable,
  memory: memoryTable,
  'memory-stages': recipeMemoryTable,
  demo: demoTable,
  'demo-memory': demoMemoryTable,
};

const between = (name: string) => new RegExp(`(<!-- begin ${name} -->\n)[^]*?(<!-- end ${name} -->)`);

let text = readFileSync(page, 'utf8');
for (const [name, make] of Object.entries(sections)) {
  const table = make();
  process.stdout.write(`${name}\n${table}\n\n`);
  if (!between(name).test(text)) throw new Error(`docs/PERFORMANCE.md has no place for "${name}"`);
  text = text.replace(between(name), (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
}
if (process.argv.includes('--write')) writeFileSync(page, await format(text, { parser: 'markdown', printWidth: 120 }));
