/** The real files of ../shared/data, as whole imports. Skipped, visibly, where they are absent. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { encodeSft } from '../../../../src/data/encode-sft';
import { splitDataset, splitForSft } from '../../../../src/data/split';
import { recipePresets } from '../../../../src/protocol/recipe';
import { csv, parquet, type FlatRecord } from '../../../support/data-files';
import { collectImport, namedFile } from '../../../support/import-data';
import { describeWith } from '../../../support/needs';
import { openTokenizer } from '../golden-tokenizers';

const bytes = (path: string) => Uint8Array.from(readFileSync(`../shared/data/${path}`));
const hh = 'hh-rlhf/harmless-base.test.jsonl.gz';
const stories = 'corpora/tinystories-1000.json';

describeWith([`shared/data/${hh}`], 'HH-RLHF as it is on the Hub', () => {
  it('gives the same dataset from every format', async () => {
    const whole = await collectImport([namedFile('test.jsonl.gz', bytes(hh))]);
    expect(whole).toMatchObject({ kind: 'preference', badLineCount: 0, dropped: { 'prompt-mismatch': 5, empty: 4 } });
    expect(whole.mapping).toEqual({ kind: 'preference', prompt: [], chosen: 'chosen', rejected: 'rejected' });
    expect(whole.report.files).toEqual([{ path: 'test.jsonl.gz', records: 2312, taken: 2303, heldOut: false }]);
    expect(whole.report.droppedLines).toHaveLength(9);
    const lines = gunzipSync(bytes(hh)).toString('utf8').trim().split('\n');
    const records = lines.map((line): FlatRecord => z.record(z.string(), z.string()).parse(JSON.parse(line)));
    for (const file of [
      namedFile('a.csv', csv(records)),
      namedFile('a.parquet', parquet(records)),
      namedFile('a.json', JSON.stringify(records)),
    ]) {
      const same = await collectImport([file]);
      expect(same.id, file.path).toBe(whole.id);
      expect(same.report.lengths).toEqual(whole.report.lengths);
    }
  });

  it('splits so that a part of the data has the same held-out prompts as the whole', async () => {
    const { keys } = await collectImport([namedFile('test.jsonl.gz', bytes(hh))]);
    const sizes = { ...recipePresets.studio, heldOutPairs: 1e6, heldOutPrompts: 1e6, trainPairs: 0 };
    const parts = (some: typeof keys) => {
      const split = splitDataset(some, sizes);
      const prompts = (positions: number[]) => new Set(positions.map((i) => some[i]!.prompt));
      return { held: prompts([...split.heldOutPairs, ...split.heldOutPrompts]), train: prompts(split.train) };
    };
    const [half, whole] = [parts(keys.slice(0, 1000)), parts(keys)];
    expect([...half.held].filter((prompt) => !whole.held.has(prompt))).toEqual([]);
    expect([...half.train].filter((prompt) => !whole.train.has(prompt))).toEqual([]);
    expect(whole.held.size / (whole.held.size + whole.train.size)).toBeCloseTo(0.2, 1);
  });
});

describeWith([`shared/data/${stories}`, 'shared/data/models/stories260K'], 'TinyStories', () => {
  it('is text for SFT: 1,000 stories that fit the story model after its begin token', async () => {
    const imported = await collectImport([namedFile('stories.json', bytes(stories))]);
    expect(imported).toMatchObject({
      kind: 'sft',
      mapping: { kind: 'sft', prompt: [], response: 'text' },
      badLineCount: 0,
    });
    const { items, keys, dropped, report } = imported;
    expect(items.length + Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(items.every((item) => item.prompt === '')).toBe(true);
    expect(report.lengths['response']?.count).toBe(items.length);
    const positions = splitForSft(keys, recipePresets.studio);
    expect(positions.length).toBeGreaterThan(700);
    const source = {
      id: imported.id,
      kind: 'sft' as const,
      keys: () => Promise.resolve(keys),
      read: (wanted: readonly number[], visit: (item: (typeof items)[number], index: number) => void) =>
        Promise.resolve(wanted.forEach((position, index) => visit(items[position]!, index))),
    };
    const tokenizer = openTokenizer('../shared/data/models/stories260K');
    const options = { maxLength: 512, promptFormat: 'hh' as const, endTokenId: 1 };
    const { examples, cut } = await encodeSft(source, positions, tokenizer, options);
    expect(examples).toHaveLength(positions.length);
    expect(examples.every(({ promptIds }) => promptIds.length === 1 && promptIds[0] === 1)).toBe(true);
    const lengths = examples.map(({ promptIds, responseIds }) => promptIds.length + responseIds.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(512);
    expect(examples.filter(({ responseIds }) => responseIds.at(-1) === 1).length).toBe(examples.length - cut);
  });
});
