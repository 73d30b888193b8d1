/** What pretraining of the demo's model is made of besides the engine: sequences, first weights, the state file. */
import { appendFileSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { baseConfig, baseConfigJson, initialWeights } from '../../../scripts/demo/base-model';
import { packDocuments } from '../../../scripts/demo/sequences';
import { readState, writeState } from '../../../scripts/demo/state-file';
import { parameterCount } from '../../../src/model/weight-specs';

const folder = mkdtempSync(join(tmpdir(), 'pretraining-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('documents as sequences', () => {
  const end = 7;
  const tokenizer = { encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0)) };
  const documents = Array.from({ length: 40 }, (_, i) => String.fromCharCode(100 + i).repeat(1 + (i % 9)));
  const pack = (seed: number) =>
    packDocuments([...documents, 'x'.repeat(30)], tokenizer, { contextLength: 20, endTokenId: end, seed });

  it('hold every document once, whole and ended, except those that do not fit', () => {
    const { sequences, tooLong } = pack(1);
    const found = sequences.flatMap((ids) => {
      expect(ids.length).toBeLessThanOrEqual(20);
      return String.fromCharCode(...ids)
        .split(String.fromCharCode(end))
        .slice(0, -1);
    });
    expect(found.toSorted()).toEqual(documents.toSorted());
    expect(tooLong).toBe(1);
  });

  it('are mostly one document, every eleventh many, in an order that the seed decides', () => {
    const { sequences } = pack(1);
    const ends = sequences.map((ids) => ids.filter((id) => id === end).length);
    expect(ends.flatMap((count, i) => (count > 1 ? [i] : []))).toEqual([0, 11, 22]);
    expect(pack(1).sequences).toEqual(sequences);
    expect(pack(2).sequences).not.toEqual(sequences);
  });
});

describe('the base model before training', () => {
  const json = baseConfigJson({ hidden: 32, intermediate: 48, layers: 2, heads: 4 }, { size: 100, endTokenId: 0 });

  it('has the sizes asked for, a tied head, and weights that the seed decides', () => {
    const config = baseConfig(json);
    expect(config).toMatchObject({ layers: 2, headDim: 8, tiedHead: true, contextLength: 256, eosTokenIds: [0] });
    const weights = initialWeights(config, 1);
    const size = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(size).toBe(parameterCount(config));
    expect(initialWeights(config, 1)).toEqual(weights);
    expect(initialWeights(config, 2)).not.toEqual(weights);
  });
});

describe('the state file', () => {
  const path = join(folder, 'state');
  const state = {
    step: 12,
    parameters: Float32Array.of(1, -2.5, 3e-9),
    firstMoment: Float32Array.of(4, 5, 6),
    secondMoment: Float32Array.of(7, 8, 9),
  };

  it('gives back what it holds, to what it belongs to', () => {
    expect(readState(path, 'a')).toBeNull();
    writeState(path, 'a', state);
    expect(readState(path, 'a')).toEqual(state);
    expect(readState(path, 'b')).toBeNull();
  });

  it('is refused when it is cut short or too long', () => {
    writeState(path, 'a', state);
    appendFileSync(path, 'x');
    expect(() => readState(path, 'a')).toThrow(/cut short or damaged/);
    writeState(path, 'a', state);
    truncateSync(path, 60);
    expect(() => readState(path, 'a')).toThrow(/cut short or damaged/);
  });
});
