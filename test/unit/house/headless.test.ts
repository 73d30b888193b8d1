/** The command line of `npm run headless` and its progress lines; the run itself is an end-to-end test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HeadlessOptions, readOptions } from '../../../scripts/headless/options.mjs';
import { activityPrinter, formatDuration, progressPrinter } from '../../../scripts/headless/progress.mjs';
import { buildRecipe } from '../../../scripts/headless/recipe.mjs';
import type { StageState } from '../../../src/protocol/run-state';

let folder: string;
let good: string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whetstone-headless-'));
  mkdirSync(join(folder, 'model'));
  for (const name of [
    'config.json',
    'model.safetensors',
    'tokenizer.json',
    'README.md',
    'pytorch_model.bin',
    '.hidden',
  ]) {
    writeFileSync(join(folder, 'model', name), '{}');
  }
  for (const name of ['a.jsonl', 'b.jsonl', 'broken.json']) writeFileSync(join(folder, name), '{');
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ recipe: { name: 'from a run' }, seeds: [] }));
  const data = [join(folder, 'a.jsonl'), join(folder, 'b.jsonl')];
  good = ['--model', join(folder, 'model'), '--data', ...data, '--recipe', 'smoke', '--out', join(folder, 'out')];
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function options(...more: string[]): HeadlessOptions {
  const result = readOptions([...good, ...more]);
  if (result === null) throw new Error('help was shown');
  return result;
}

describe('options', () => {
  it('takes the model files alone, and all data files', () => {
    const { model, data, seed, adapter } = options('--seed', '7', '--adapter', 'lavapipe');
    if ('hubId' in model) throw new Error('a folder was given');
    expect(model.name).toBe('model');
    expect(model.paths.map((path) => path.split('/').at(-1))).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
    ]);
    expect(data.paths).toHaveLength(2);
    expect([seed, adapter]).toEqual([7, 'lavapipe']);
  });

  it('takes an id of the Hub where there is no such folder', () => {
    const given = options('--model', 'someone/some-model@v1', '--hub-endpoint', 'http://127.0.0.1:9');
    expect(given.model).toEqual({ hubId: 'someone/some-model@v1' });
    expect(given.hubEndpoint).toBe('http://127.0.0.1:9');
    expect(options().hubEndpoint).toBeNull();
  });

  it.each([
    [['--model', 'some/where/else'], /there is no such folder/],
    [['--model', 'none-here'], /there is no such folder/],
    [['--data', 'none.jsonl'], /--data none\.jsonl: there is no such file/],
    [['--seed', '-1'], /--seed -1|argument is ambiguous/],
    [['--rounds', '1.5'], /--rounds 1\.5: expected a whole number/],
    [['--adapter', 'cuda'], /--adapter cuda: expected gpu, lavapipe or swiftshader/],
    [['--recipe', 'missing.json'], /--recipe missing\.json: there is no such file/],
    [['--unknown'], /--unknown/],
  ])('refuses %j', (more, message) => {
    expect(() => options(...more)).toThrow(message);
  });

  it('takes the embedded demo by its name, from any folder', () => {
    const { model, data, recipe } = options('--model', 'demo', '--recipe', 'demo-quick');
    const tokenizer = join(process.cwd(), 'public', 'demo', 'model', 'tokenizer.json');
    expect(model).toMatchObject({ paths: expect.arrayContaining([tokenizer]) });
    expect(recipe).toBe('demo-quick');
    expect(data.paths).toHaveLength(2);
    const asked = ['--model', 'demo', '--recipe', 'demo', '--out', folder, '--data'];
    expect(readOptions([...asked, 'demo'])?.data.paths).toEqual([
      join(process.cwd(), 'public', 'demo', 'data', 'preferences.jsonl'),
    ]);
    expect(() => readOptions([...asked, 'demo', good[3] ?? ''])).toThrow(/the demo stands alone/);
  });

  it('says what is needed when options are missing, and shows help', () => {
    expect(() => readOptions(['--out', 'x'])).toThrow(/--model, --data, --recipe and --out are needed/);
    expect(readOptions(['--help'])).toBeNull();
  });

  it('refuses a recipe file that is not JSON', () => {
    expect(() => options('--recipe', join(folder, 'broken.json'))).toThrow(/broken\.json: not valid JSON/);
  });
});

describe('recipe', () => {
  it('is a preset with seed and rounds in place of its own', async () => {
    const recipe = await buildRecipe(options('--seed', '7', '--rounds', '1'));
    expect([recipe.name, recipe.seed, recipe.rounds]).toEqual(['smoke', 7, 1]);
  });

  it('names every wrong field of a file, and takes the recipe out of a run.json', async () => {
    const chosen = options('--recipe', join(folder, 'run.json'));
    expect(chosen.recipe).toEqual({ name: 'from a run' });
    await expect(buildRecipe(chosen)).rejects.toThrow(/seed: [\s\S]*dpoBeta: /);
  });

  it('names the presets when there is no such one', async () => {
    await expect(buildRecipe(options('--recipe', 'fast'))).rejects.toThrow(/no such preset.*origin.*smoke/);
  });
});

describe('progress', () => {
  const stage: StageState = {
    ...{ id: 'round1.train', kind: 'train', round: 1, status: 'running', done: 3, total: 12, unit: 'steps' },
    ...{ seconds: 30, secondsLeft: 95, samples: [], history: [], summary: {}, notes: [], memory: null, profile: null },
  };

  it('says once which engine computes and what is done before the first stage', () => {
    const lines: string[] = [];
    const show = activityPrinter((line) => lines.push(line));
    const engine = {
      name: 'fused',
      weights: 'fp16, packed',
      tiles: 'measured',
      conversion: null,
      selfTest: null,
    } as const;
    show({ activity: 'Loading the model', engine: null });
    show({ activity: 'Loading the model', engine });
    show({ activity: null, engine });
    expect(lines).toEqual(['Loading the model ...', 'Engine: fused, weights in fp16, packed, measured tiles']);
  });

  it('prints a stage when it starts, then every five seconds, then its end with notes', () => {
    const lines: string[] = [];
    let now = 0;
    const show = progressPrinter(
      (line) => lines.push(line),
      () => now,
    );
    show({ ...stage, status: 'pending' }, {});
    show(stage, { loss: Math.LN2, 'rewards/margins': 0 });
    now = 4000;
    show({ ...stage, done: 4 }, { loss: 0.5 });
    now = 6000;
    show({ ...stage, done: 5 }, { loss: 0.5 });
    show({ ...stage, done: 12, status: 'done', summary: { loss: 0.25 }, notes: ['2 pairs dropped'] }, {});
    expect(lines).toEqual([
      'round1.train: 3/12 steps  1:35 left  loss 0.6931  rewards/margins 0',
      'round1.train: 5/12 steps  1:35 left  loss 0.5',
      'round1.train: done in 0:30  loss 0.25',
      '  2 pairs dropped',
    ]);
  });

  it.each([
    [5, '0:05'],
    [65, '1:05'],
    [3725, '1:02:05'],
  ])('writes %d seconds as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});
