/** SHA-256 of a stream against Node's own. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSha256 } from '../../../src/hub/sha256';

it('is SHA-256 however the content is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (parts) => {
      const hash = createSha256();
      for (const part of parts) hash.update(part);
      expect(hash.finish()).toBe(createHash('sha256').update(Buffer.concat(parts)).digest('hex'));
    }),
    { numRuns: 300, seed: 1 },
  );
});

it.each([0, 55, 56, 63, 64, 65, 119, 120, 1_000_003])('of %i bytes', (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) & 255);
  const hash = createSha256();
  hash.update(bytes);
  expect(hash.finish()).toBe(createHash('sha256').update(bytes).digest('hex'));
});
