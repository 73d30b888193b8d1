import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../../src/protocol/errors';
import { collectImport, namedFile, type FileContent } from '../../../support/import-data';

function load(path: string, content: FileContent) {
  return collectImport([namedFile(path, content)]);
}

async function failure(path: string, content: FileContent): Promise<string> {
  const error: unknown = await load(path, content).then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error instanceof Error ? error.message : '';
}

const record = (i: number) => ({ prompt: `q${i}`, chosen: `good ${i}`, rejected: `bad ${i}` });
const lines = (...records: unknown[]): string => records.map((json) => `${JSON.stringify(json)}\n`).join('');
const gzip = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(gzipSync(text));
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const hh = (reply: string, question = 'q') => `\n\nHuman: ${question}\n\nAssistant: ${reply}`;

describe('file forms', () => {
  const records = [record(1), record(2)];

  it.each<[string, FileContent]>([
    ['a.jsonl', lines(...records)],
    ['a.jsonl', `\ufeff\r\n${lines(...records).replaceAll('\n', '\r\n')}\n\n`],
    ['a.json', JSON.stringify(records, null, 2)],
    ['a.json', lines(...records)],
    ['folder/A.JSONL.GZ', gzip(lines(...records))],
    ['a.json.gz', gzip(JSON.stringify(records))],
    ['a.jsonl', gzip(lines(...records))],
  ])('%s %#', async (path, content) => {
    const { pairs, badLineCount, dropped } = await load(path, content);
    expect(pairs.map(({ prompt, chosen, rejected }) => ({ prompt, chosen, rejected }))).toEqual(records);
    expect([badLineCount, dropped]).toEqual([0, {}]);
  });

  it('reads several files as one and names pairs by content', async () => {
    const files = [lines(record(1), record(2)), lines(record(2), record(3))].map((text, i) => ({
      path: `${i}.jsonl`,
      file: new Blob([text]),
    }));
    const { pairs, dropped } = await collectImport(files);
    expect(pairs.map(({ prompt }) => prompt)).toEqual(['q1', 'q2', 'q3']);
    expect(dropped).toEqual({ duplicate: 1 });
    expect(pairs.every(({ id }) => /^[0-9a-f]{64}$/.test(id))).toBe(true);
    expect((await load('x.jsonl', lines(record(3)))).pairs[0]?.id).toBe(pairs[2]?.id);
  });
});

describe('record forms', () => {
  const pair = { prompt: [user('q')], chosen: 'yes', rejected: 'no' };

  it.each<[string, object, object]>([
    [
      'transcripts',
      { chosen: hh('yes'), rejected: hh('no') },
      { prompt: '\n\nHuman: q\n\nAssistant:', chosen: ' yes', rejected: ' no' },
    ],
    [
      'prompt and texts',
      { prompt: 'q', chosen: 'yes', rejected: 'no' },
      { prompt: 'q', chosen: 'yes', rejected: 'no' },
    ],
    [
      'texts that repeat the prompt',
      { prompt: 'q:', chosen: 'q: yes', rejected: 'q: no' },
      { prompt: 'q:', chosen: ' yes', rejected: ' no' },
    ],
    ['message prompt and texts', { prompt: [user('q')], chosen: 'yes', rejected: 'no' }, pair],
    ['messages throughout', { prompt: [user('q')], chosen: [assistant('yes')], rejected: [assistant('no')] }, pair],
    ['whole conversations', { chosen: [user('q'), assistant('yes')], rejected: [user('q'), assistant('no')] }, pair],
    [
      'text prompt and whole conversations',
      { prompt: 'q', chosen: [user('q'), assistant('yes')], rejected: [user('q'), assistant('no')] },
      pair,
    ],
    [
      'transcript prompt and messages',
      { prompt: '\n\nHuman: q\n\nAssistant:', chosen: [assistant('yes')], rejected: [assistant('no')] },
      pair,
    ],
    [
      'further turns in the replies',
      {
        prompt: [user('q')],
        chosen: [assistant('a'), user('b'), assistant('yes')],
        rejected: [assistant('a'), user('b'), assistant('no')],
      },
      { ...pair, prompt: [user('q'), assistant('a'), user('b')] },
    ],
    ['more fields', { ...pair, score: 3, source: 'x' }, pair],
  ])('%s', async (_, json, expected) => {
    const { pairs } = await load('a.jsonl', lines(json));
    expect(pairs).toEqual([{ id: pairs[0]?.id, ...expected }]);
  });

  it('drops and counts what carries no preference', async () => {
    const { pairs, dropped } = await load(
      'a.jsonl',
      lines(
        record(1),
        { chosen: hh('yes', 'one'), rejected: hh('no', 'another') },
        { chosen: [user('a'), assistant('yes')], rejected: [user('b'), assistant('no')] },
        { chosen: hh(' '), rejected: hh('no') },
        { prompt: 'q', chosen: 'same ', rejected: ' same' },
        record(1),
      ),
    );
    expect(pairs).toHaveLength(1);
    expect(dropped).toEqual({ 'prompt-mismatch': 2, empty: 1, identical: 1, duplicate: 1 });
  });
});

describe('bad lines', () => {
  it('are reported with file, line and fault; the rest is used', async () => {
    const bad: [string, RegExp][] = [
      ['{"chosen": "x"', /not valid JSON/],
      ['{"prompt": "q", "chosen": NaN, "rejected": "x"}', /not valid JSON.*N/],
      ['7', /expected an object/],
      ['{"prompt": "q", "chosen": "x"}', /rejected/],
      ['{"prompt": "q", "chosen": "x", "rejected": 3}', /rejected/],
      ['{"chosen": "no transcript", "rejected": "neither"}', /chosen: has no .*Assistant.*no prompt/],
      ['{"prompt": "", "chosen": "x", "rejected": "y"}', /prompt: is empty/],
      ['{"prompt": "q", "chosen": "x", "rejected": [{"role": "assistant", "content": "y"}]}', /both/],
      [
        '{"prompt": "q", "chosen": [{"role": "tool", "content": "x"}], "rejected": [{"role": "assistant", "content": "y"}]}',
        /chosen/,
      ],
      [
        '{"chosen": [{"role": "user", "content": "x"}], "rejected": [{"role": "assistant", "content": "y"}]}',
        /chosen: must end/,
      ],
      [
        '{"chosen": [{"role": "assistant", "content": "x"}], "rejected": [{"role": "assistant", "content": "y"}]}',
        /no message before/,
      ],
    ];
    const good = lines(...Array.from({ length: bad.length + 1 }, (_, i) => record(i)));
    const { pairs, badLines, badLineCount } = await load(
      'data/a.jsonl',
      `\n${bad.map(([line]) => `${line}\n`).join('')}${good}`,
    );
    expect(pairs).toHaveLength(bad.length + 1);
    expect(badLineCount).toBe(bad.length);
    bad.forEach(([, message], i) =>
      expect(badLines[i]).toMatchObject({ file: 'data/a.jsonl', line: i + 2, message: expect.stringMatching(message) }),
    );
  });

  it('of a JSON array count by element', async () => {
    const { badLines } = await load('a.json', JSON.stringify([record(1), { chosen: 'x' }, record(2)]));
    expect(badLines).toMatchObject([{ file: 'a.json', line: 2 }]);
  });

  it('in another encoding are reported, not mangled', async () => {
    const latin1 = Uint8Array.from(Buffer.from(JSON.stringify({ ...record(9), chosen: 'caf\u00e9' }) + '\n', 'latin1'));
    const content = Uint8Array.from([...Buffer.from(lines(record(1), record(2))), ...latin1]);
    expect((await load('a.jsonl', content)).badLines).toEqual([
      { file: 'a.jsonl', line: 3, message: 'not UTF-8 text' },
    ]);
  });

  it('are listed up to 100 and all counted', async () => {
    const content = 'x\n'.repeat(150) + lines(...Array.from({ length: 151 }, (_, i) => record(i)));
    const { badLines, badLineCount } = await load('a.jsonl', content);
    expect([badLines.length, badLineCount]).toEqual([100, 150]);
  });

  it('end the import when they are half or more', async () => {
    expect(await failure('a.jsonl', `${lines(record(1))}x\n`)).toMatch(
      /a\.jsonl: 1 of 2 records .*line 2: not valid JSON.*chosen/,
    );
    expect((await load('a.jsonl', `${lines(record(1), record(2))}x\n`)).pairs).toHaveLength(2);
  });
});

describe('files that cannot be used', () => {
  const text = lines(record(1), record(2), record(3));

  it.each<[string, string, FileContent, RegExp]>([
    ['empty', 'a.jsonl', '', /a\.jsonl is empty/],
    ['blank', 'a.jsonl', ' \n\n', /a\.jsonl is empty/],
    ['empty gzip', 'a.jsonl.gz', gzip(''), /a\.jsonl\.gz is empty/],
    ['cut-off gzip', 'a.jsonl.gz', gzip(text).slice(0, -12), /a\.jsonl\.gz cannot be unpacked/],
    ['gzip in name only', 'a.jsonl.gz', text, /a\.jsonl\.gz .*not gzip/],
    [
      'UTF-16',
      'a.jsonl',
      Uint8Array.from(Buffer.from(`\ufeff${text}`, 'utf16le')),
      /a\.jsonl is not UTF-8 text but UTF-16/,
    ],
    ['UTF-16 without mark', 'a.jsonl', Uint8Array.from(Buffer.from(text, 'utf16le')), /a\.jsonl is not UTF-8/],
    ['binary', 'a.jsonl', new Uint8Array(64), /a\.jsonl is (not UTF-8|empty)/],
    ['an object', 'a.json', JSON.stringify({ data: [record(1)] }), /a\.json does not hold a JSON list/],
    [
      'an object over lines',
      'a.json',
      JSON.stringify({ data: [record(1)] }, null, 1),
      /a\.json does not hold a JSON list/,
    ],
    ['a number', 'a.json', '3', /a\.json does not hold a JSON list/],
    ['an empty array', 'a.json', '[]', /a\.json holds no records/],
    ['a broken array', 'a.json', '[{"chosen": NaN}]', /a\.json: its first 1 records.*not valid JSON/],
    ['an array in Latin-1', 'a.json', Uint8Array.from(Buffer.from('["\u00e9"]', 'latin1')), /a\.json: .*not UTF-8/],
    ['another kind', 'a.docx', 'x', /a\.docx is no data file.*\.jsonl/],
    [
      'only identical replies',
      'a.jsonl',
      lines({ prompt: 'q', chosen: 'x', rejected: 'x' }),
      /a\.jsonl: nothing usable .*1 identical/,
    ],
  ])('%s', async (_, path, content, message) => {
    expect(await failure(path, content)).toMatch(message);
  });

  it('none at all', async () => {
    await expect(collectImport([])).rejects.toThrow(/No data file/);
  });
});

const realFile = '../shared/data/hh-rlhf/harmless-base.test.jsonl.gz';

describe.skipIf(!existsSync(realFile))('the HH-RLHF test split', () => {
  it('gives 2,303 pairs: 5 of 2,312 diverge before the last reply and 4 have a blank one', async () => {
    const { pairs, badLineCount, dropped } = await load(
      'harmless-base.test.jsonl.gz',
      Uint8Array.from(readFileSync(realFile)),
    );
    expect(pairs).toHaveLength(2303);
    expect([badLineCount, dropped]).toEqual([0, { 'prompt-mismatch': 5, empty: 4 }]);
    expect(pairs.every(({ prompt }) => typeof prompt === 'string' && prompt.endsWith('\n\nAssistant:'))).toBe(true);
    expect(pairs.every(({ chosen, rejected }) => chosen.startsWith(' ') && rejected.startsWith(' '))).toBe(true);
  });
});
