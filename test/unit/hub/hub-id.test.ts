/** What a person may type as a model's id and as the Hub's address. */
import { describe, expect, it } from 'vitest';
import { parseEndpoint, parseHubId } from '../../../src/hub/hub-id';
import { defaultEndpoint } from '../../../src/protocol/hub';

describe('a model id', () => {
  it.each([
    ['owner/name', { name: 'owner/name', revision: 'main' }],
    [' owner/name@v1.0 ', { name: 'owner/name', revision: 'v1.0' }],
    ['https://huggingface.co/owner/na.me-1', { name: 'owner/na.me-1', revision: 'main' }],
    ['https://huggingface.co/owner/name/tree/refs/pr/1', { name: 'owner/name', revision: 'refs/pr/1' }],
  ])('%s', (text, wanted) => expect(parseHubId(text, defaultEndpoint)).toEqual(wanted));

  it.each([
    '',
    'name',
    'a/b/c',
    '../etc',
    'a/../b',
    'owner/name@',
    'owner/name@../x',
    'o/n?x',
    'https://else.where/o/n',
  ])('not "%s"', (text) => expect(() => parseHubId(text, defaultEndpoint)).toThrow(/is no (model id|revision)/));
});

describe("the Hub's address", () => {
  it.each([
    ['https://huggingface.co/', 'https://huggingface.co'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['https://mirror.example/hub/', 'https://mirror.example/hub'],
  ])('%s', (text, wanted) => expect(parseEndpoint(text)).toBe(wanted));

  it.each(['', 'huggingface.co', 'http://huggingface.co', 'ftp://a', 'https://me:secret@a', 'https://a?x=1'])(
    'not "%s"',
    (text) => expect(() => parseEndpoint(text)).toThrow(/Hub/),
  );
});
