/**
 * A proxy that refuses everything and notes which hosts were asked for, by whatever part of a browser: also by shared workers,
 * whose requests Playwright does not report. Chromium leaves addresses on loopback out of proxies by itself.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  /** Chromium's arguments that put it behind the proxy. */
  args: string[];
  /** Hosts asked for so far, without the browser's own (updates and the like, which no page causes). */
  hosts(): string[];
  close(): Promise<void>;
}

const browsersOwn = /(^|\.)(google|googleapis|gvt1|gstatic)\.com$/;

const hostOf = (target: string) => new URL(target.includes('://') ? target : `https://${target}`).hostname;

export async function openCountingProxy(): Promise<CountingProxy> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(hostOf(request.url ?? ''));
    response.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    asked.push(hostOf(request.url ?? ''));
    socket.end('HTTP/1.1 502 Refused\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    args: [`--proxy-server=http://127.0.0.1:${port}`],
    hosts: () => asked.filter((host) => !browsersOwn.test(host)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
