import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../../src/data/content-hash';

describe('contentHash', () => {
  it('is SHA-256 over length-prefixed parts', async () => {
    const lengthOf3 = Buffer.from([0, 0, 0, 0, 0, 0, 0, 3]);
    const expected = createHash('sha256').update(lengthOf3).update('abc').digest('hex');
    expect(await contentHash('abc')).toBe(expected);
    expect(await contentHash(new TextEncoder().encode('abc'))).toBe(expected);
    expect(await contentHash()).toBe(createHash('sha256').digest('hex'));
  });

  it('separates parts', async () => {
    expect(await contentHash('ab', 'c')).not.toBe(await contentHash('a', 'bc'));
    expect(await contentHash('abc', '')).not.toBe(await contentHash('abc'));
  });
});
