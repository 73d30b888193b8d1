import { expect, it } from 'vitest';
import { closeConnections } from '../../../src/hub/connections';

function scopeAt(href: string) {
  const asked: string[] = [];
  const { origin } = new URL(href);
  const fetched: typeof fetch = (input) => {
    asked.push(input instanceof Request ? input.url : String(input));
    return Promise.resolve(new Response('there'));
  };
  const scope = { fetch: fetched, location: Object({ origin, href }), WebSocket: Object, XMLHttpRequest: Object };
  closeConnections(scope);
  return { scope, asked };
}

it('a worker reaches its own origin, by any spelling, and files that it holds itself', async () => {
  const { scope, asked } = scopeAt('http://studio.test/assets/data.worker.js');
  const own = ['/demo/model.json', 'part.bin', 'http://studio.test/x', 'blob:http://studio.test/1', 'data:,x'];
  for (const address of own) expect(await (await scope.fetch(address)).text()).toBe('there');
  await scope.fetch(new Request('http://studio.test/y'));
  expect(asked).toEqual([...own, 'http://studio.test/y']);
});

it('nothing else, whether by address or request, and by no other way', async () => {
  const { scope, asked } = scopeAt('http://studio.test/assets/data.worker.js');
  for (const away of [
    'https://huggingface.co/x',
    'http://studio.test:81/x',
    '//elsewhere.test/x',
    'blob:http://b.test/1',
  ])
    await expect(scope.fetch(away)).rejects.toThrow('does not connect');
  await expect(scope.fetch(new Request('https://elsewhere.test/'))).rejects.toThrow('elsewhere.test');
  expect(asked).toEqual([]);
  expect([scope.WebSocket, scope.XMLHttpRequest]).toEqual([undefined, undefined]);
});
