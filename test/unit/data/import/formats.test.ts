/** Every file format gives the same records, with the numbers under which a person finds them, within the limits. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importLimits } from '../../../../src/data/import/limits';
import { readRecords } from '../../../../src/data/import/read-records';
import { CancelledError, InputError } from '../../../../src/protocol/errors';
import { csv, everyFormat, gzip, jsonLines, parquet } from '../../../support/data-files';
import { collectImport, namedFile, type FileContent } from '../../../support/import-data';

const record = (i: number) => ({
  prompt: `question ${i}, with "quotes"\nand a second line;`,
  chosen: `good ${i} — with ünïcode 🙂 <script>alert(1)</script>`,
  rejected: `bad\t${i} | 'x'`,
});
const records = Array.from({ length: 1200 }, (_, i) => record(i));
const few = records.slice(0, 6);

async function failure(path: string, content: FileContent, limits = importLimits): Promise<string> {
  const error: unknown = await collectImport([namedFile(path, content)], { limits }).then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error instanceof Error ? error.message : '';
}

const texts = (pairs: { prompt: unknown; chosen: string; rejected: string }[]) =>
  pairs.map(({ prompt, chosen, rejected }) => ({ prompt, chosen, rejected }));

describe('every format', () => {
  it.each(everyFormat(records).map(({ path, content }) => [path, content] as const))('%s', async (path, content) => {
    const progress: number[] = [];
    const { pairs, badLineCount, report, id } = await collectImport([namedFile(path, content)], {
      onProgress: (bytes) => progress.push(bytes),
    });
    expect(texts(pairs)).toEqual(records);
    expect(badLineCount).toBe(0);
    expect(report.files).toEqual([{ path, records: 1200, taken: 1200, heldOut: false }]);
    expect(id).toBe((await collectImport([namedFile('a.jsonl', jsonLines(records))])).id);
    expect(progress.at(-1)).toBe(namedFile(path, content).file.size);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI'] as const)('parquet packed with %s', async (codec) => {
    const { pairs } = await collectImport([namedFile('a.parquet', parquet(records, codec, 100))]);
    expect(texts(pairs)).toEqual(records);
  });

  it.each(['zstd', 'lz4_raw', 'lz4'])('parquet packed by the program of %s', async (codec) => {
    const bytes = new Uint8Array(readFileSync(`test/fixtures/data/${codec}.parquet`));
    const { pairs } = await collectImport([namedFile('a.parquet', bytes)]);
    expect(texts(pairs)).toEqual(records.slice(0, 300));
  });

  it('parquet with lists of messages', async () => {
    const message = (role: string, content: string) => ({ role, content });
    const rows = few.map(({ prompt, chosen, rejected }) => ({
      chosen: [message('user', prompt), message('assistant', chosen)],
      rejected: [message('user', prompt), message('assistant', rejected)],
      score: 'unused',
    }));
    const { pairs } = await collectImport([namedFile('a.parquet', parquet(rows))]);
    expect(pairs.map(({ chosen }) => chosen)).toEqual(few.map(({ chosen }) => chosen));
    expect(pairs[0]?.prompt).toEqual([message('user', few[0]!.prompt)]);
  });

  it.each([',', ';', '\t', '|'])('a .csv file with %j between its fields', async (delimiter) => {
    const { pairs } = await collectImport([namedFile('a.csv', `\ufeff${csv(few, delimiter)}`)]);
    expect(texts(pairs)).toEqual(few);
  });

  it('message lists as JSON text in a .csv file', async () => {
    const cell = (reply: string) =>
      JSON.stringify([
        { role: 'user', content: 'q' },
        { role: 'assistant', content: reply },
      ]);
    const content = csv([{ chosen: cell('yes'), rejected: cell('no') }]);
    expect(texts((await collectImport([namedFile('a.csv', content)])).pairs)).toEqual([
      { prompt: [{ role: 'user', content: 'q' }], chosen: 'yes', rejected: 'no' },
    ]);
  });
});

describe('numbers of bad records', () => {
  const good = few.map(({ prompt, chosen, rejected }) =>
    [prompt, chosen, rejected].map((text) => `"${text.replaceAll('"', '""')}"`).join(','),
  );

  it('of a .csv file count rows, the header being row 1', async () => {
    const content = [
      'prompt,chosen,rejected',
      good[0],
      'only,two',
      '',
      good[1],
      'a,b,c,d',
      '"x" y,b,c',
      ...good.slice(2),
    ].join('\n');
    const { badLines, pairs } = await collectImport([namedFile('a.csv', content)]);
    expect(pairs).toHaveLength(6);
    expect(badLines).toEqual([
      { file: 'a.csv', line: 3, message: 'has 2 fields, the header has 3' },
      { file: 'a.csv', line: 6, message: 'has 4 fields, the header has 3' },
      { file: 'a.csv', line: 7, message: expect.stringMatching(/quoted field/) },
    ]);
  });

  it('of a cut-off list are those of the elements', async () => {
    const whole = JSON.stringify(few);
    const { badLines, pairs } = await collectImport([namedFile('a.json', whole.slice(0, -30))]);
    expect(pairs).toHaveLength(5);
    expect(badLines).toEqual([{ file: 'a.json', line: 6, message: expect.stringMatching(/not closed.*cut off/) }]);
  });

  it('of a parquet file count rows over all row groups', async () => {
    const rows = records.map((row, i) => (i === 777 ? { ...row, chosen: '' } : row));
    const { report } = await collectImport([namedFile('a.parquet', parquet(rows, 'SNAPPY', 100))]);
    expect(report.droppedLines).toEqual([{ file: 'a.parquet', line: 778, reason: 'empty' }]);
  });
});

describe('limits', () => {
  const small = { ...importLimits, recordBytes: 2000, depth: 8, records: 100 };

  it('a line or element over the limit is dropped with its number, and the rest read', async () => {
    const long = { ...record(99), chosen: 'x'.repeat(5000) };
    for (const [path, content] of [
      ['a.jsonl', jsonLines([few[0], long, few[1], few[2]])],
      ['a.json', JSON.stringify([few[0], long, few[1], few[2]])],
    ] as const) {
      const { badLines, pairs } = await collectImport([namedFile(path, content)], { limits: small });
      expect(pairs).toHaveLength(3);
      expect(badLines).toEqual([{ file: path, line: 2, message: 'is longer than 0.002 MB' }]);
    }
  });

  it('lists within lists beyond the limit are not parsed', async () => {
    const deep = `${'['.repeat(500)}${']'.repeat(500)}`;
    const line = `{"prompt": "q", "chosen": "a", "rejected": "b", "extra": ${deep}}`;
    for (const [path, content] of [
      ['a.jsonl', `${jsonLines(few)}${line}\n`],
      ['a.json', `[${few.map((row) => JSON.stringify(row)).join(',')},${line}]`],
    ] as const) {
      const { badLines } = await collectImport([namedFile(path, content)], { limits: small });
      expect(badLines).toEqual([{ file: path, line: 7, message: expect.stringMatching(/more than 8 deep/) }]);
    }
  });

  it('a quote in a .csv file that is never closed ends the import with its row', async () => {
    const content = `${csv(few)}\r\nq,"never closed ${'x,y\n'.repeat(5000)}`;
    expect(await failure('a.csv', content, small)).toMatch(/a\.csv: row 8 is longer than .*quote/);
  });

  it('more records than allowed', async () => {
    expect(await failure('a.jsonl', jsonLines(records), small)).toMatch(/a\.jsonl has more than 100 records/);
  });

  it('gzip bombs: by ratio, and by what they unpack to', async () => {
    const bomb = gzip(jsonLines(few) + ' '.repeat(5_000_000));
    const ratio = { ...importLimits, gzipFreeBytes: 1_000_000 };
    expect(await failure('bomb.jsonl.gz', bomb, ratio)).toMatch(/bomb\.jsonl\.gz unpacks to more than 300 times/);
    const size = { ...importLimits, unpackedBytes: 1_000_000 };
    expect(await failure('bomb.jsonl.gz', bomb, size)).toMatch(/bomb\.jsonl\.gz unpacks to more than 1 MB/);
    expect(await failure('bomb.parquet.gz', gzip(new Uint8Array(5_000_000)), size)).toMatch(
      /bomb\.parquet\.gz unpacks/,
    );
  });

  it('a row group that is too large for the memory', async () => {
    const limits = { ...importLimits, parquetGroupBytes: 5000 };
    expect(await failure('a.parquet', parquet(records), limits)).toMatch(
      /a\.parquet, row group 1 takes .*smaller row groups/,
    );
    const within = namedFile('a.parquet', parquet(records, 'SNAPPY', 10));
    expect((await collectImport([within], { limits })).pairs).toHaveLength(1200);
  });

  it('cancelling ends the reading with the given reason', async () => {
    const controller = new AbortController();
    const reading = collectImport([namedFile('a.jsonl.gz', gzip(jsonLines(records)))], {
      signal: controller.signal,
      onProgress: () => controller.abort(new CancelledError('enough')),
    });
    await expect(reading).rejects.toThrow(CancelledError);
  });

  it('reading is lazy: a preview of a large file reads its beginning only', async () => {
    const large = namedFile('a.jsonl', jsonLines(Array.from({ length: 100 }, () => records).flat()));
    let read = 0;
    for await (const batch of readRecords(large, { limits: importLimits, onBytes: (done) => (read = done) })) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(large.file.size).toBeGreaterThan(10_000_000);
    expect(read).toBeLessThan(large.file.size / 4);
  });
});
