/** Which columns are taken for what, by names and by a person's choice, and what a preview shows of them. */
import { describe, expect, it } from 'vitest';
import { detectColumns, readRecord } from '../../../../src/data/import/columns';
import { previewDataset } from '../../../../src/data/import/preview';
import type { ColumnMapping } from '../../../../src/protocol/dataset';
import { csv, jsonLines } from '../../../support/data-files';
import { collectImport, namedFile } from '../../../support/import-data';

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

describe('detection', () => {
  const hh = { chosen: '\n\nHuman: q\n\nAssistant: a', rejected: '\n\nHuman: q\n\nAssistant: b' };
  const pair = { kind: 'preference', prompt: ['prompt'], chosen: 'chosen', rejected: 'rejected' };

  it.each<[string, object | string, object | null]>([
    ['HH-RLHF', hh, { ...pair, prompt: [] }],
    ['TRL, text', { prompt: 'q', chosen: 'a', rejected: 'b' }, pair],
    ['TRL, conversational', { prompt: [user('q')], chosen: [assistant('a')], rejected: [assistant('b')] }, pair],
    [
      'UltraFeedback binarized',
      {
        prompt: 'q',
        prompt_id: 'x',
        chosen: [user('q'), assistant('a')],
        rejected: [user('q'), assistant('b')],
        messages: [user('q'), assistant('a')],
        score_chosen: 8,
        score_rejected: 3,
      },
      pair,
    ],
    [
      'other names',
      { Question: 'q', response_j: 'a', response_k: 'b' },
      { kind: 'preference', prompt: ['Question'], chosen: 'response_j', rejected: 'response_k' },
    ],
    [
      'prompt and completion',
      { prompt: 'q', completion: 'a' },
      { kind: 'sft', prompt: ['prompt'], response: 'completion' },
    ],
    [
      'Alpaca',
      { instruction: 'do', input: 'this', output: 'done' },
      { kind: 'sft', prompt: ['instruction', 'input'], response: 'output' },
    ],
    ['messages', { messages: [user('q'), assistant('a')] }, { kind: 'sft', prompt: [], response: 'messages' }],
    [
      'ShareGPT',
      {
        conversations: [
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'a' },
        ],
      },
      { kind: 'sft', prompt: [], response: 'conversations' },
    ],
    ['text', { text: 'once upon a time' }, { kind: 'sft', prompt: [], response: 'text' }],
    ['texts by themselves', 'once upon a time', { kind: 'sft', prompt: [], response: 'text' }],
    ['half of a pair', { prompt: 'q', chosen: 'a' }, null],
    ['unknown names', { a: 'x', b: 'y' }, null],
    ['nothing', {}, null],
  ])('%s', (_, record, expected) => {
    expect(detectColumns([record])).toEqual(expected);
  });
});

describe('reading by columns', () => {
  const sft = (prompt: string[], response: string): ColumnMapping => ({ kind: 'sft', prompt, response });

  it.each<[string, unknown, ColumnMapping, object]>([
    [
      'prompt columns are joined',
      { a: 'do', b: '', c: 'this', r: 'done' },
      sft(['a', 'b', 'c'], 'r'),
      { prompt: 'do\n\nthis', response: 'done' },
    ],
    [
      'the last message is the response',
      { m: [user('q'), assistant('a'), user('r'), assistant('s')] },
      sft([], 'm'),
      { prompt: [user('q'), assistant('a'), user('r')], response: 's' },
    ],
    [
      'ShareGPT roles',
      {
        m: [
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'a' },
        ],
      },
      sft([], 'm'),
      { prompt: [user('q')], response: 'a' },
    ],
    [
      'a transcript',
      { t: '\n\nHuman: q\n\nAssistant: a' },
      sft([], 't'),
      { prompt: '\n\nHuman: q\n\nAssistant:', response: ' a' },
    ],
    ['plain text', 'once', sft([], 'text'), { prompt: '', response: 'once' }],
  ])('%s', (_, record, mapping, expected) => {
    expect(readRecord(record, mapping)).toEqual({ kind: 'sft', ...expected });
  });

  it('faults speak of the file’s own columns', () => {
    const mapping: ColumnMapping = { kind: 'preference', prompt: ['q'], chosen: 'good', rejected: 'poor' };
    expect(readRecord({ q: 'x', good: 'y', poor: 3 }, mapping)).toMatchObject({
      kind: 'bad',
      message: /^poor: must be text/,
    });
    expect(readRecord([1], mapping)).toMatchObject({ kind: 'bad', message: /"q", "good", "poor"/ });
    expect(readRecord({ r: ' ' }, sft([], 'r'))).toEqual({ kind: 'dropped', reason: 'empty' });
    expect(readRecord({ r: [user('q')] }, sft([], 'r'))).toMatchObject({ kind: 'bad', message: /^r: must end/ });
  });
});

describe('a person’s choice', () => {
  const rows = Array.from({ length: 8 }, (_, i) => ({ ask: `q${i}`, first: `a${i}`, second: `b${i}` }));
  const mapping: ColumnMapping = { kind: 'preference', prompt: ['ask'], chosen: 'second', rejected: 'first' };

  it('is needed for unknown names, which the error lists', async () => {
    await expect(collectImport([namedFile('a.csv', csv(rows))])).rejects.toThrow(
      /a\.csv: its columns are "ask", "first", "second".*Choose the columns/,
    );
  });

  it('decides what is imported, as the preview shows it', async () => {
    const file = namedFile('a.csv', csv(rows));
    const unknown = await previewDataset([file], null);
    expect(unknown.mapping).toBeNull();
    expect(unknown.columns.map(({ name }) => name)).toEqual(['ask', 'first', 'second']);
    expect(unknown.columns[1]?.values).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    const chosen = await previewDataset([file], mapping);
    expect(chosen.rows[0]).toEqual({ line: 2, texts: { prompt: 'q0', chosen: 'b0', rejected: 'a0' }, problem: null });
    const { pairs } = await collectImport([file], { mapping });
    expect(pairs[0]).toMatchObject({ prompt: 'q0', chosen: 'b0', rejected: 'a0' });
  });

  it('shows in the preview what cannot be used, and cuts long texts', async () => {
    const content = jsonLines([
      { prompt: 'q', chosen: 'x'.repeat(1000), rejected: 'b' },
      { prompt: 'q', chosen: 'same', rejected: 'same' },
    ]);
    const { rows: shown } = await previewDataset([namedFile('a.jsonl', `${content}broken\n`)], null);
    expect(shown[0]?.texts?.['chosen']).toHaveLength(401);
    expect(shown[1]).toEqual({ line: 2, texts: null, problem: 'identical' });
    expect(shown[2]?.problem).toMatch(/not valid JSON/);
  });
});
