/** What the report of an import says: counts that add up, lengths, near-duplicates, and prompts in both splits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LengthList } from '../../../../src/data/import/lengths';
import { NearDuplicates } from '../../../../src/data/import/near-duplicates';
import { seededRandom } from '../../../../src/data/seeded-random';
import { jsonLines } from '../../../support/data-files';
import { collectImport, namedFile } from '../../../support/import-data';

const record = (i: number) => ({ prompt: `question ${i}`, chosen: `good ${i}`, rejected: `bad ${i}` });

describe('length statistics', () => {
  it('count every length once, in the bin whose range it lies in', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 300 }), (lengths) => {
        const list = new LengthList();
        for (const length of lengths) list.add(length);
        const { counts, edges, count, max, median, p90, mean } = list.statistics();
        const sorted = lengths.toSorted((a, b) => a - b);
        counts.forEach((found, i) =>
          expect(found).toBe(lengths.filter((length) => length >= edges[i]! && length < edges[i + 1]!).length),
        );
        expect([count, max]).toEqual([lengths.length, sorted.at(-1)]);
        expect(sorted.filter((length) => length <= median).length).toBeGreaterThanOrEqual(lengths.length / 2);
        expect(sorted.filter((length) => length <= p90).length).toBeGreaterThanOrEqual(0.9 * lengths.length);
        expect(mean).toBeCloseTo(lengths.reduce((sum, length) => sum + length, 0) / lengths.length, 6);
      }),
    );
  });

  it('keep more lengths than they first have room for', () => {
    const list = new LengthList();
    for (let i = 0; i < 5000; i++) list.add(i);
    expect(list.statistics()).toMatchObject({ count: 5000, max: 4999, median: 2499 });
  });
});

describe('near-duplicates', () => {
  const random = seededRandom(3, 'near');
  const word = () => `w${Math.floor(random() * 3000)}`;
  const text = () => Array.from({ length: 120 }, word);

  it('are found when one word in forty differs, nearly always, and not among different texts', () => {
    const index = new NearDuplicates();
    const originals = Array.from({ length: 200 }, text);
    for (const words of originals) expect(index.add(words.join(' '))).toBeNull();
    let found = 0;
    originals.forEach((words, i) => {
      const changed = words.map((one, at) => (at === 40 || at === 80 || at === 119 ? word() : one));
      if (index.add(changed.join(' ')) === i) found += 1;
    });
    expect(found).toBeGreaterThan(150);
  });

  it('do not mind case and punctuation', () => {
    const index = new NearDuplicates();
    index.add('The quick brown fox jumps over the lazy dog.');
    expect(index.add('the QUICK brown fox -- jumps over the lazy dog!')).toBe(0);
    expect(index.add('An entirely different sentence about gardens and rain.')).toBeNull();
    index.add('今日はとても良い天気ですね散歩に行きましょう');
    expect(index.add('今日はとても良い天気ですね、散歩に行きましょう。')).toBe(3);
  });
});

describe('the report', () => {
  it('accounts for every record of every file, with the reasons and lines of what was dropped', async () => {
    const first = jsonLines([record(1), { ...record(2), rejected: 'good 2' }, record(3), record(1)]);
    const second = `${jsonLines([record(3), record(4), { ...record(5), chosen: ' ' }, record(6)])}nonsense\n`;
    const { report, dropped, badLines, items } = await collectImport([
      namedFile('a.jsonl', first),
      namedFile('b.jsonl', second),
    ]);
    expect(report.files).toEqual([
      { path: 'a.jsonl', records: 4, taken: 2, heldOut: false },
      { path: 'b.jsonl', records: 5, taken: 2, heldOut: false },
    ]);
    expect(dropped).toEqual({ identical: 1, duplicate: 2, empty: 1 });
    expect(report.droppedLines).toEqual([
      { file: 'a.jsonl', line: 2, reason: 'identical' },
      { file: 'b.jsonl', line: 3, reason: 'empty' },
      { file: 'a.jsonl', line: 4, reason: 'duplicate' },
      { file: 'b.jsonl', line: 1, reason: 'duplicate' },
    ]);
    expect(badLines).toMatchObject([{ file: 'b.jsonl', line: 5 }]);
    expect(items).toHaveLength(4);
    expect(report.prompts).toBe(4);
    expect(report.promptsInBoth).toBeNull();
    expect(report.lengths['chosen']).toMatchObject({ count: 4, max: 6 });
  });

  it('says which prompts are in training and test files, and marks the test files’ items', async () => {
    const train = namedFile('data/train.jsonl', jsonLines([record(1), record(2), record(3)]));
    const test = namedFile('data/test.jsonl', jsonLines([{ ...record(2), chosen: 'another' }, record(9)]));
    const { report, keys } = await collectImport([train, test]);
    expect(report.promptsInBoth).toBe(1);
    expect(keys.map(({ heldOut }) => heldOut)).toEqual([false, false, false, true, true]);
    expect(keys[3]?.prompt).toBe(keys[1]?.prompt);
    // Alone, the same file is simply the data, and the same items without test files are another dataset.
    const alone = await collectImport([test]);
    expect(alone.report.promptsInBoth).toBeNull();
    expect(alone.keys.every(({ heldOut }) => !heldOut)).toBe(true);
    const renamed = await collectImport([train, { ...test, path: 'data/more.jsonl' }]);
    expect(renamed.id).not.toBe((await collectImport([train, test])).id);
  });

  it('counts near-duplicates with the lines they are like, and keeps them', async () => {
    const words = (i: number) => Array.from({ length: 60 }, (_, at) => `word${i * 100 + at}`).join(' ');
    const long = (i: number) => ({ prompt: `question ${i}`, chosen: words(i), rejected: words(i + 50) });
    const first = namedFile('a.jsonl', jsonLines([long(1), long(2)]));
    const second = namedFile('b.jsonl', jsonLines([long(3), { ...long(2), chosen: `${words(2)}!` }]));
    const { report, items } = await collectImport([first, second]);
    expect(items).toHaveLength(4);
    expect(report.nearDuplicates).toBe(1);
    expect(report.nearDuplicateExamples).toEqual([{ file: 'b.jsonl', line: 2, likeFile: 'a.jsonl', likeLine: 2 }]);
  });

  it('gives up on a file without a single good record before its end', async () => {
    const content = jsonLines([record(1)]) + '{"prompt": 3}\n'.repeat(200_000);
    let bytes = 0;
    const reading = collectImport([namedFile('a.jsonl', content.slice(content.indexOf('\n') + 1))], {
      mapping: { kind: 'preference', prompt: ['prompt'], chosen: 'chosen', rejected: 'rejected' },
      onProgress: (done) => (bytes = done),
    });
    await expect(reading).rejects.toThrow(/a\.jsonl: \d+ of \d+ records cannot be used; line 1/);
    expect(bytes).toBeLessThan(content.length / 2);
  });
});
