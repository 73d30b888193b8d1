/** The demo's preference pairs and pretraining text: sizes, noise, what the studio makes of them; the committed files are these. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTranscript } from '../../../src/data/chat-format';
import { splitDataset } from '../../../src/data/split';
import { loadTokenizer } from '../../../src/data/tokenizer';
import { demoFiles } from '../../../src/demo/demo-files';
import { goldGrade, type GoldGrade } from '../../../src/demo/gold-judge';
import { DEMO_PAIRS, preferencePairs } from '../../../src/demo/preference-pairs';
import { pretrainingText } from '../../../src/demo/pretraining-text';
import { requestsByKind } from '../../../src/demo/world';
import { collectImport, namedFile } from '../../support/import-data';

const files = demoFiles();
const text = (path: string) => files.get(path) ?? '';
const pairs = preferencePairs(DEMO_PAIRS);

const tokenizer = loadTokenizer({
  tokenizerJson: JSON.parse(text('model/tokenizer.json')) as unknown,
  tokenizerConfig: JSON.parse(text('model/tokenizer_config.json')) as unknown,
  specialTokensMap: JSON.parse(text('model/special_tokens_map.json')) as unknown,
});
const tokens = (of: string) => tokenizer.encode(of, false).length;

function gradesOf(prompt: string, reply: string): GoldGrade {
  const request = parseTranscript(prompt).at(-1)?.content ?? '';
  const grade = goldGrade(request, reply);
  if (grade === null) throw new Error(`no request: ${prompt}`);
  return grade;
}

describe('the committed files', () => {
  it.each([...files.keys()])('%s is what `npm run demo:data` writes now', (path) => {
    const file = join('public', 'demo', path);
    expect(existsSync(file), `${file} is missing: run npm run demo:data`).toBe(true);
    expect(readFileSync(file, 'utf8') === text(path), `${file} is out of date: run npm run demo:data`).toBe(true);
  });

  it('are small', () => expect(Buffer.byteLength(text('data/preferences.jsonl'))).toBeLessThan(2_000_000));
});

describe('preference pairs', () => {
  it('come into the studio without loss and fill every part of the split', async () => {
    const imported = await collectImport([namedFile('preferences.jsonl', text('data/preferences.jsonl'))]);
    expect(imported).toMatchObject({ badLineCount: 0, dropped: {} });
    expect(imported.pairs).toHaveLength(pairs.length);
    // Of the 2,435 prompts an eighth is held out as prompts; a tenth, the default, would be 259.
    const sizes = { heldOutPairs: 500, heldOutPrompts: 300, trainPairs: 4000, heldOutShare: 0.25, refereeHalf: false };
    for (const seed of [1, 2, 42]) {
      const split = splitDataset(imported.keys, { ...sizes, seed });
      expect(split.train).toHaveLength(4000);
      expect(split.heldOutPairs).toHaveLength(500);
      expect(split.heldOutPrompts).toHaveLength(300);
      expect(split.roundPrompts.length, 'three rounds of 150').toBeGreaterThanOrEqual(450);
    }
  });

  it('are labelled by the gold score, but for a tenth', () => {
    const gaps = pairs.map(
      ({ prompt, chosen, rejected }) => gradesOf(prompt, chosen).score - gradesOf(prompt, rejected).score,
    );
    const flipped = gaps.filter((gap) => gap < 0).length / gaps.length;
    expect(flipped).toBeGreaterThan(0.085);
    expect(flipped).toBeLessThan(0.115);
    expect(Math.min(...gaps.map(Math.abs))).toBeGreaterThanOrEqual(0.05);
    expect(
      preferencePairs({ ...DEMO_PAIRS, promptsOfKind: 5, labelNoise: 0 }).every(
        ({ prompt, chosen, rejected }) => gradesOf(prompt, chosen).score > gradesOf(prompt, rejected).score,
      ),
    ).toBe(true);
  });

  it('have chosen responses of all qualities', () => {
    const scores = pairs.map(({ prompt, chosen }) => gradesOf(prompt, chosen).score);
    const share = (low: number, high: number) => scores.filter((s) => s >= low && s < high).length / scores.length;
    for (const [low, high] of [
      [0, 0.6],
      [0.6, 0.8],
      [0.8, 0.95],
      [0.95, 1.01],
    ] as const) {
      expect(share(low, high), `${low} to ${high}`).toBeGreaterThan(0.08);
    }
  });

  it('are of every kind of request, and others for another seed', () => {
    const used = new Set(pairs.map(({ prompt }) => prompt));
    for (const [kind, requests] of requestsByKind()) {
      expect(
        requests.some(({ text: words }) => used.has(`\n\nHuman: ${words}\n\nAssistant:`)),
        kind,
      ).toBe(true);
    }
    expect(preferencePairs({ ...DEMO_PAIRS, seed: 2 })[0]).not.toEqual(pairs[0]);
  });

  it('are short in tokens', () => {
    const mean = (lengths: number[]) => lengths.reduce((sum, n) => sum + n, 0) / lengths.length;
    const prompts = pairs.map(({ prompt }) => tokens(prompt));
    const replies = pairs.flatMap(({ chosen, rejected }) => [tokens(chosen), tokens(rejected)]);
    expect(Math.max(...prompts)).toBeLessThanOrEqual(30);
    expect(Math.max(...replies)).toBeLessThanOrEqual(62);
    expect(mean(prompts)).toBeLessThan(14);
    expect(mean(replies)).toBeLessThan(20);
  });
});

describe('pretraining text', () => {
  const documents = take(pretrainingText(5), 8000);

  it('is the same again for the same seed only', () => {
    expect(take(pretrainingText(5), 200)).toEqual(documents.slice(0, 200));
    expect(take(pretrainingText(6), 200)).not.toEqual(documents.slice(0, 200));
  });

  it('is dialogues in the HH format, good and bad, and true notes', () => {
    const dialogues = documents.filter((document) => document.startsWith('\n\nHuman: '));
    const scores = dialogues.map((document) => {
      const [human, assistant] = parseTranscript(document);
      return goldGrade(human?.content ?? '', assistant?.content ?? '')?.score ?? NaN;
    });
    const share = (low: number, high: number) => scores.filter((s) => s >= low && s < high).length / scores.length;
    expect(share(0, 2)).toBe(1);
    expect(share(0.95, 2)).toBeGreaterThan(0.25);
    expect(share(0, 0.6)).toBeGreaterThan(0.25);
    const notes = documents.filter((document) => document.startsWith('\n\nNote: '));
    expect(dialogues.length + notes.length).toBe(documents.length);
    const truths = new Set([...requestsByKind().values()].flat().flatMap(({ right }) => right));
    for (const note of notes)
      expect(
        [...truths].some((truth) => note.endsWith(` ${truth}`)),
        note,
      ).toBe(true);
    expect(notes.length / documents.length).toBeGreaterThan(0.05);
  });

  it('has few words, most of them one token', () => {
    const words = documents.flatMap((document) => document.match(/ \p{L}+/gu) ?? []);
    const different = [...new Set(words)];
    expect(different.length).toBeLessThan(1000);
    const whole = new Set(different.filter((word) => tokens(word) === 1));
    expect(whole.size / different.length).toBeGreaterThan(0.5);
    expect(words.filter((word) => whole.has(word)).length / words.length).toBeGreaterThan(0.95);
  });

  it('holds no special token', () => {
    expect(documents.some((document) => document.includes('<|'))).toBe(false);
  });
});

function take(texts: Generator<string>, count: number): string[] {
  return Array.from({ length: count }, () => String(texts.next().value));
}
