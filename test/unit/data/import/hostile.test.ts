/**
 * Damaged and malicious files of every format: each import ends, soon, in an InputError that names the file or in a report that
 * accounts for every record. Hundreds of variants a run, a new choice of them each time.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importLimits } from '../../../../src/data/import/limits';
import { previewDataset } from '../../../../src/data/import/preview';
import { InputError } from '../../../../src/protocol/errors';
import { bytesOf, csv, everyFormat, gzip, jsonLines, parquet } from '../../../support/data-files';
import { collectImport, namedFile, type FileContent } from '../../../support/import-data';

const limits = {
  ...importLimits,
  recordBytes: 20_000,
  gzipFreeBytes: 500_000,
  unpackedBytes: 5e6,
  parquetGroupBytes: 5e6,
  records: 10_000,
};
const RUNS = Number(process.env['WHETSTONE_HOSTILE_RUNS'] ?? 60);
const SOON_MS = 5000;

const records = Array.from({ length: 30 }, (_, i) => ({
  prompt: `question ${i} <img src=x onerror=alert(1)>`,
  chosen: `good, "${i}"\nyes`,
  rejected: `bad ${i}; ünï`,
}));
const formats = everyFormat(records).map(({ path, content }) => ({ path, content: bytesOf(content) }));
const anyFile = fc.constantFrom(...formats);

/** Imports and previews; fails unless the file is refused by name or every record is accounted for. */
async function endsWell(path: string, content: FileContent): Promise<'refused' | 'read'> {
  const file = namedFile(path, content);
  const start = performance.now();
  const outcome = await collectImport([file], { limits }).catch((error: unknown) => error);
  await previewDataset([file], null, limits).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
  expect(performance.now() - start).toBeLessThan(SOON_MS);
  if (outcome instanceof Error) {
    expect(outcome, outcome.stack).toBeInstanceOf(InputError);
    expect(outcome.message).toContain(path);
    return 'refused';
  }
  const { report, items, dropped, badLineCount } = outcome as Awaited<ReturnType<typeof collectImport>>;
  const left = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  expect(items.length + left + badLineCount).toBe(report.files[0]?.records);
  expect(items.length).toBeGreaterThan(0);
  return 'read';
}

const check = (property: fc.IAsyncProperty<unknown>) =>
  fc.assert(property as fc.IAsyncProperty<[unknown]>, { numRuns: RUNS });

describe('files of every format', () => {
  it('cut off anywhere', async () => {
    await check(
      fc.asyncProperty(anyFile, fc.double({ min: 0, max: 1, noNaN: true }), async ({ path, content }, share) => {
        await endsWell(path, content.slice(0, Math.floor(share * content.length)));
      }),
    );
  });

  it('with bytes changed', async () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      byte: fc.integer({ min: 0, max: 255 }),
    });
    await check(
      fc.asyncProperty(
        anyFile,
        fc.array(change, { minLength: 1, maxLength: 12 }),
        async ({ path, content }, changes) => {
          const damaged = content.slice();
          for (const { at, byte } of changes) damaged[Math.floor(at * damaged.length)] = byte;
          await endsWell(path, damaged);
        },
      ),
    );
  });

  it('with a piece missing, doubled or foreign', async () => {
    const piece = fc.record({
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 1, max: 400 }),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.string().map((text) => new TextEncoder().encode(text)),
      ),
      drop: fc.boolean(),
    });
    await check(
      fc.asyncProperty(anyFile, piece, async ({ path, content }, { from, length, insert, drop }) => {
        const at = Math.floor(from * content.length);
        const rest = content.subarray(drop ? at + length : at);
        await endsWell(path, Uint8Array.from([...content.subarray(0, at), ...insert, ...rest]));
      }),
    );
  });

  it('under the name of another format, or in an encoding that is not UTF-8', async () => {
    const encodings = ['latin1', 'utf16le'] as const;
    await check(
      fc.asyncProperty(anyFile, anyFile, fc.constantFrom(...encodings, null), async (one, other, encoding) => {
        const text = Buffer.from(one.content).toString('utf8');
        await endsWell(other.path, encoding === null ? one.content : Uint8Array.from(Buffer.from(text, encoding)));
      }),
    );
  });

  it('with the gzip around them damaged', async () => {
    await check(
      fc.asyncProperty(anyFile, fc.nat(), fc.integer({ min: 0, max: 255 }), async ({ path, content }, at, byte) => {
        const packed = gzip(content);
        packed[at % packed.length] = byte;
        await endsWell(path.endsWith('.gz') ? path : `${path}.gz`, packed);
      }),
    );
  });
});

describe('records that JSON allows or people write', () => {
  const values = fc.oneof(
    fc.constantFrom(
      'NaN',
      'Infinity',
      '-Infinity',
      'undefined',
      'null',
      '1e999',
      '"\\ud800"',
      "'single'",
      '{"__proto__": {"x": 1}}',
    ),
    fc.json({ maxDepth: 6 }),
    fc.integer({ min: 1, max: 3000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
    fc.integer({ min: 1, max: 3000 }).map((depth) => '{"a":'.repeat(depth)),
    fc.integer({ min: 1, max: 60_000 }).map((length) => JSON.stringify('x'.repeat(length))),
    fc.string().map((text) => JSON.stringify(text)),
  );

  it('as values of a column, in lines and in lists', async () => {
    await check(
      fc.asyncProperty(
        values,
        fc.constantFrom('prompt', 'chosen', 'rejected', 'other'),
        fc.boolean(),
        async (value, column, list) => {
          const good = records.slice(0, 3).map((record) => JSON.stringify(record));
          const hostile = `{"prompt": "q", "chosen": "a", "rejected": "b", "${column}": ${value}}`;
          const all = [...good, hostile, ...good.map((line) => line.replace('question', 'query'))];
          await endsWell(list ? 'a.json' : 'a.jsonl', list ? `[${all.join(',')}]` : all.join('\n'));
        },
      ),
    );
  });

  it('as whole lines', async () => {
    await check(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 20 }), fc.boolean(), async (lines, good) => {
        await endsWell('a.jsonl', `${lines.join('\n')}\n${good ? jsonLines(records) : ''}`);
      }),
    );
  });

  it('as message lists of any shape', async () => {
    const message = fc.record(
      { role: fc.constantFrom('user', 'assistant', 'system', 'tool', 7), content: fc.anything() },
      { requiredKeys: [] },
    );
    await check(
      fc.asyncProperty(fc.array(message), fc.array(message), async (chosen, rejected) => {
        const text = JSON.stringify({ chosen, rejected }, (_, part: unknown) =>
          typeof part === 'bigint' ? String(part) : part,
        );
        await endsWell('a.jsonl', `${text}\n${jsonLines(records)}`);
      }),
    );
  });

  it('script stays text', async () => {
    const { items } = await collectImport([namedFile('a.csv', csv(records))]);
    expect(items[0]?.prompt).toBe(records[0]?.prompt);
  });
});

describe('.csv files with broken quotes', () => {
  it('of any kind', async () => {
    const noise = fc.constantFrom('"', '""', '"""', ',"', '",', '"\n', '\r', '\n"', "'", ';', '\t', '"x"y');
    const insert = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), noise });
    await check(
      fc.asyncProperty(fc.array(insert, { minLength: 1, maxLength: 6 }), async (inserts) => {
        let text = csv(records);
        for (const { at, noise } of inserts) {
          const position = Math.floor(at * text.length);
          text = text.slice(0, position) + noise + text.slice(position);
        }
        await endsWell('a.csv', text);
      }),
    );
  });

  it('all over the file, in reasonable time', async () => {
    expect(await endsWell('a.csv', `prompt,chosen,rejected\n${'"a"b,"c"d,e\n'.repeat(9000)}`)).toBe('refused');
    expect(await endsWell('a.csv', `prompt,chosen,rejected\n${'"'.repeat(200_001)}`)).toBe('refused');
  });
});

describe('.parquet files', () => {
  const whole = parquet(records);

  it('with a codec that cannot be read', async () => {
    const damaged = whole.slice();
    // The column's metadata names the codec as a compact Thrift enum: field 4, i32, zigzag of 1 (SNAPPY) is 2.
    let changed = 0;
    for (let i = damaged.length - 8; i > 4; i--) {
      if (damaged[i - 1] === 0x15 && damaged[i] === 0x02 && damaged[i + 1] === 0x16) {
        damaged[i] = 0x06; // 3 = LZO
        changed += 1;
      }
    }
    expect(changed).toBe(3);
    await expect(collectImport([namedFile('a.parquet', damaged)])).rejects.toThrow(/a\.parquet is packed with LZO/);
  });

  it('with a footer of any length, or none', async () => {
    await check(
      fc.asyncProperty(fc.nat({ max: 0xffffffff }), async (length) => {
        const damaged = whole.slice();
        new DataView(damaged.buffer).setUint32(damaged.length - 8, length, true);
        expect(await endsWell('a.parquet', damaged)).toBe(
          length === new DataView(whole.buffer).getUint32(whole.length - 8, true) ? 'read' : 'refused',
        );
      }),
    );
  });

  it('with columns that are not text', async () => {
    const numbers = parquet([
      { prompt: 'q', chosen: 1, rejected: 2 },
      { prompt: 'r', chosen: 3, rejected: 4 },
    ]);
    await expect(collectImport([namedFile('a.parquet', numbers)])).rejects.toThrow(
      /a\.parquet: 2 of 2 records.*line 1: chosen/,
    );
  });
});
