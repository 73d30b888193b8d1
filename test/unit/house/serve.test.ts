/** The static server: types, client-side routes, what it must refuse. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveFolder, studioPolicy } from '../../../scripts/serve.mjs';

let parent: string;
let folder: string;
let server: Awaited<ReturnType<typeof serveFolder>>;

/** Sends the path exactly as given; fetch would tidy `..` away. */
const rawStatus = (path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'whetstone-serve-'));
  folder = join(parent, 'dist');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<title>page</title>');
  writeFileSync(join(folder, 'assets', 'a.js'), 'export {};');
  writeFileSync(join(parent, 'secret.txt'), 'secret');
  mkdirSync(join(parent, 'dist-other'));
  writeFileSync(join(parent, 'dist-other', 'b.txt'), 'other');
  server = await serveFolder({ folder, port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(parent, { recursive: true, force: true });
});

describe('serveFolder', () => {
  it('answers on loopback with the right types', async () => {
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await fetch(server.address);
    expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([
      200,
      'text/html; charset=utf-8',
      '<title>page</title>',
    ]);
    const script = await fetch(`${server.address}assets/a.js`);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toContain('immutable');
  });

  it('gives the page for client-side routes and 404 for missing files', async () => {
    expect(await (await fetch(`${server.address}runs/1`)).text()).toContain('page');
    expect((await fetch(`${server.address}assets/none.js`)).status).toBe(404);
  });

  it.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/../dist-other/b.txt', '/assets/%00.js', '/%'])(
    'never leaves its folder: %s',
    async (path) => expect(await rawStatus(path)).toBe(404),
  );

  it('refuses other methods and answers HEAD without a body', async () => {
    expect((await fetch(server.address, { method: 'POST' })).status).toBe(405);
    const head = await fetch(server.address, { method: 'HEAD' });
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['19', '']);
  });

  it('sends a policy with every file where it is given one, which keeps to the studio’s own code', async () => {
    expect((await fetch(server.address)).headers.get('content-security-policy')).toBeNull();
    const strict = await serveFolder({ folder, port: 0, policy: studioPolicy });
    const script = await fetch(`${strict.address}assets/a.js`);
    expect(script.headers.get('content-security-policy')).toBe(studioPolicy);
    expect(studioPolicy).not.toMatch(/unsafe-inline|'unsafe-eval'|script-src[^;]*https:/);
    await strict.close();
  });

  it('takes the next free port', async () => {
    const second = await serveFolder({ folder, port: server.port });
    expect(second.port).toBeGreaterThan(server.port);
    await second.close();
  });
});
