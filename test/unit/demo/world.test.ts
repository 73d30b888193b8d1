/** The demo's world: enough requests, each found again by its text, and sentences that are what they are listed as. */
import { describe, expect, it } from 'vitest';
import { gradeResponse } from '../../../src/demo/gold-judge';
import { fill } from '../../../src/demo/request';
import { pick, qualitiesOf, respond } from '../../../src/demo/responses';
import { findRequest, requestsByKind } from '../../../src/demo/world';
import { seededRandom } from '../../../src/data/seeded-random';

const kinds = [...requestsByKind()];
const requests = kinds.flatMap(([, ofKind]) => ofKind);

describe('the world', () => {
  it('has kinds and requests enough, all different', () => {
    expect(kinds.length).toBeGreaterThanOrEqual(24);
    expect(requests.length).toBeGreaterThanOrEqual(1500);
    expect(new Set(requests.map(({ text }) => text.toLowerCase())).size).toBe(requests.length);
    for (const [kind, ofKind] of kinds) expect(ofKind.length, kind).toBeGreaterThanOrEqual(7);
  });

  it('finds every request by its text, whatever its case, spaces and last sign', () => {
    for (const request of requests) {
      expect(findRequest(request.text)).toBe(request);
      expect(findRequest(`  ${request.text.toUpperCase().replace(/[.?!]$/, '')} \n`)).toBe(request);
    }
  });

  it('does not know other texts', () => {
    expect(findRequest('When does the bakery burn?')).toBeNull();
    expect(findRequest('')).toBeNull();
  });

  it.each(kinds)('%s: no slot is left open, and texts are short', (_, ofKind) => {
    for (const { text, right, curt, wrong } of ofKind) {
      for (const sentence of [text, ...right, ...curt, ...wrong]) {
        expect(sentence).not.toMatch(/[{}]|undefined/);
        expect(sentence).toMatch(/^[A-Z0-9].*[.!?]$/);
        expect(sentence).not.toMatch(/\ba [aeiou]|\b1 coins|  /);
        expect(sentence.split(' ').length).toBeLessThanOrEqual(18);
      }
    }
  });

  it.each(kinds)('%s: right sentences are right for the judge, wrong ones are not', (_, ofKind) => {
    for (const request of ofKind) {
      const mark = (sentence: string) => gradeResponse(request, sentence).correctness;
      for (const sentence of [...request.right, ...request.curt]) expect(mark(sentence), sentence).toBe(1);
      for (const sentence of request.wrong) expect(mark(sentence), `${request.text} ${sentence}`).toBeLessThan(0.5);
    }
  });
});

describe('responses', () => {
  it('vary, and are the same again for the same random numbers', () => {
    for (const [kind, ofKind] of kinds) {
      const draw = (seed: number) => {
        const random = seededRandom(seed, kind);
        return Array.from({ length: 60 }, () => {
          const request = pick(ofKind, random);
          return respond(request, pick(qualitiesOf(request), random), random);
        });
      };
      expect(draw(1)).toEqual(draw(1));
      expect(new Set([...draw(1), ...draw(2)]).size, kind).toBeGreaterThan(60);
    }
  });
});

describe('fill', () => {
  it('puts in slots, with a capital where the name has one', () => {
    expect(fill('{Thing} is {value}, {thing}.', { thing: 'the sky', value: 7 })).toBe('The sky is 7, the sky.');
    expect(() => fill('{other}', {})).toThrow('unknown slot other');
  });
});
