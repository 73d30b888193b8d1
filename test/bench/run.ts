/** `npm run bench`: contenders beside each other in one process, on one adapter, with the same weights. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { projectRoot } from '../../scripts/lib/paths.mjs';
import { openDawn } from '../support/dawn';
import type { BenchModel } from './contender';
import { dpoContenders, generationContenders, matmulContenders } from './contenders';
import { parseOptions, type BenchOptions, type SectionName } from './options';
import { keepStockKernels } from './peers/tfjs-backend';
import { withReference } from './peers/tfjs-dpo';
import { dpoSection } from './sections/dpo';
import { generationSection } from './sections/generation';
import { matmulSection, modelShapes } from './sections/matmul';
import { prefixSection } from './sections/prefix';
import { recomputeSection } from './sections/recompute';
import { scalingSection } from './sections/scaling';
import { tinyLlamaSection } from './sections/tinyllama';
import { usageSection } from './sections/usage';
import { benchModel, randomPairs } from './support/bench-model';
import { formatRow, type BenchReport, type BenchRow } from './support/report';

/**
 * Tokens of a pair's prompt and of each response, of a generation's prompt, of a pair with a long prompt, and of a pair with
 * four times the first one's tokens.
 */
const sizes = {
  bench: { prompt: 128, response: 64, generationPrompt: 32, long: [384, 64], many: [512, 256] },
  toy: { prompt: 20, response: 12, generationPrompt: 8, long: [48, 8], many: [80, 48] },
} as const;

/** Our engine beside itself. */
async function* ownSections({ only, runs, model: name }: BenchOptions, model: BenchModel): AsyncGenerator<BenchRow> {
  const { prompt, response, long, many } = sizes[name];
  const pairsOf = ([promptTokens, responseTokens]: readonly [number, number], count = 1) =>
    withReference(model, randomPairs(model.config, count, promptTokens, responseTokens));
  const asked = (section: SectionName) => only.includes(section);
  if (asked('prefix')) yield* prefixSection(model, await pairsOf(long), runs);
  const pairs = asked('recompute') || asked('scaling') || asked('usage') ? await pairsOf([prompt, response]) : [];
  if (asked('recompute')) yield* recomputeSection(model, pairs, runs);
  if (asked('scaling')) {
    const fourfold = [await pairsOf([prompt, response], 4), await pairsOf(many)];
    yield* scalingSection(model, pairs, fourfold, runs);
  }
  if (asked('usage')) yield* usageSection(model, pairs, runs);
  if (asked('tinyllama')) yield* tinyLlamaSection(true);
  else if (asked('tinyllama-generation')) yield* tinyLlamaSection(false);
}

async function* sections(options: BenchOptions, model: BenchModel): AsyncGenerator<BenchRow> {
  const { runs, adapter, newTokens } = options;
  const { prompt, response, generationPrompt } = sizes[options.model];
  const asked = <T extends { name: string }>(all: T[]): T[] =>
    all.filter(({ name }) => options.contenders?.some((part) => name.includes(part)) ?? true);
  if (options.only.includes('dpo')) {
    const pairs = await withReference(model, randomPairs(model.config, 1, prompt, response));
    yield* dpoSection({ model, pairs, runs, contenders: asked(dpoContenders()) });
  }
  for (const slots of options.only.includes('generation') ? [16, 1] : []) {
    const contenders = asked(generationContenders(adapter, slots, generationPrompt + newTokens));
    yield* generationSection({ model, slots, promptTokens: generationPrompt, newTokens, runs, contenders });
  }
  if (options.only.includes('matmul')) {
    const cube = { m: 1024, k: 1024, n: 1024, transposed: false };
    for (const shape of [cube, ...modelShapes(model.config, prompt + 2 * response)])
      yield* matmulSection({ shape, runs, contenders: asked(matmulContenders()) });
  }
  yield* ownSections(options, model);
}

/** Opens the adapter that all contenders in this process use, and says which it is. */
async function openAdapter({ adapter }: BenchOptions): Promise<string> {
  const gpu = openDawn(adapter);
  Object.assign(globalThis.navigator, { userAgent: `Node ${process.version}` });
  const info = (await gpu.requestAdapter())?.info;
  return `${info?.vendor} ${info?.architecture} ${info?.description}`.trim();
}

function versions(): Record<string, string> {
  const names = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu', '@jax-js/jax', '@wllama/wllama', 'webgpu'];
  const versionOf = (name: string): string =>
    JSON.parse(readFileSync(join(projectRoot, 'node_modules', name, 'package.json'), 'utf8')).version;
  return { node: process.version, ...Object.fromEntries(names.map((name) => [name, versionOf(name)])) };
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const adapter = await openAdapter(options);
  keepStockKernels();
  const load = loadavg()[0]!.toFixed(1);
  const machine = { processors: cpus().length, processor: cpus()[0]?.model ?? '', 'load before': load };
  console.log(
    `adapter: ${adapter} (Dawn in Node); ${machine.processors} processors, load ${load}; ${options.runs} paired runs`,
  );
  const rows: BenchRow[] = [];
  for await (const row of sections(options, benchModel(options.model))) {
    rows.push(row);
    console.log(formatRow(row));
  }
  if (options.out !== null) save(options.out, { ...about(options, adapter, machine), rows });
  return rows.every(({ error }) => error === null) ? 0 : 1;
}

function about(options: BenchOptions, adapter: string, machine: BenchReport['machine']): Omit<BenchReport, 'rows'> {
  const { only, contenders, ...rest } = options;
  const asked = { ...rest, only: only.join(), contenders: contenders?.join() ?? null };
  return { date: new Date().toISOString(), adapter, versions: versions(), machine, options: asked };
}

function save(out: string, report: BenchReport): void {
  const path = resolve(out);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`written: ${path}`);
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
