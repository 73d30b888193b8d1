/**
 * A small static server for dist/ on loopback, shared by `npm start`, the end-to-end tests and `npm run headless`.
 * GET and HEAD only; no directory listing; unknown paths without an extension get index.html (client-side routes).
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream';

/** @type {Record<string, string>} */
const mimeTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.jsonl': 'application/x-ndjson',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
};

/**
 * What the built studio may do, as a header: it reaches its workers too, which the page's own policy (index.html) does not. No code
 * but its own files, none from strings; WebAssembly unpacks Parquet files. A Hub that the person sets may have any https address.
 */
export const studioPolicy = [
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:* data: blob:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * @param {string} path
 * @returns {Promise<number | null>} its size, or null when it is no file
 */
async function fileSize(path) {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? found.size : null;
}

/**
 * The file that answers a URL path, or null. Never outside `folder`.
 * @param {string} folder
 * @param {string} url
 */
async function resolveFile(folder, url) {
  let name;
  try {
    name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return null;
  }
  const path = normalize(join(folder, name));
  if (path !== folder && !path.startsWith(folder + sep)) return null;
  const index = join(folder, 'index.html');
  for (const candidate of extname(name) === '' ? [path, index] : [path]) {
    const size = await fileSize(candidate);
    if (size !== null) return { path: candidate, size };
  }
  return null;
}

/**
 * @param {string} folder
 * @param {string | null} policy
 * @returns {import('node:http').RequestListener}
 */
function handler(folder, policy) {
  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const found = await resolveFile(folder, request.url ?? '/');
    if (found === null) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found\n');
      return;
    }
    response.writeHead(200, {
      'Content-Type': mimeTypes[extname(found.path).toLowerCase()] ?? 'application/octet-stream',
      'Content-Length': found.size,
      'Cache-Control': found.path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'X-Content-Type-Options': 'nosniff',
      ...(policy !== null && { 'Content-Security-Policy': policy }),
    });
    if (request.method === 'HEAD') response.end();
    else pipeline(createReadStream(found.path), response, () => {});
  };
}

/**
 * Listens on 127.0.0.1.
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<boolean>} false when the port is taken
 */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    /** @param {NodeJS.ErrnoException} error */
    const failed = (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}

/**
 * Serves a folder on loopback.
 * @param {{ folder: string, port: number, exactPort?: boolean, policy?: string | null }} options port 0 = any free one; otherwise the
 *   first free port from `port` on, unless `exactPort`. `policy`: the Content-Security-Policy of every file
 * @returns {Promise<{ address: string, port: number, close: () => Promise<void> }>}
 * @throws {Error} when no port is free
 */
export async function serveFolder({ folder, port, exactPort = false, policy = null }) {
  const server = createServer(handler(normalize(folder), policy));
  const candidates = port === 0 || exactPort ? [port] : Array.from({ length: 50 }, (_, offset) => port + offset);
  for (const candidate of candidates) {
    if (!(await listen(server, candidate))) continue;
    const bound = server.address();
    const chosen = typeof bound === 'object' && bound !== null ? bound.port : candidate;
    const close = () =>
      /** @type {Promise<void>} */ (
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        })
      );
    return { address: `http://127.0.0.1:${chosen}/`, port: chosen, close };
  }
  throw new Error(`No free port from ${port} on. Stop what listens there, or choose another port.`);
}
