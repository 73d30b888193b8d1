/**
 * A Hub on loopback for tests: the routes that the studio asks, over models given as files, with Range, the headers of the real
 * one, a gate, and faults on request. Large files are handed out by a second server, as the real Hub does by redirects.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface MirrorModel {
  files: Map<string, Uint8Array<ArrayBuffer>>;
  /** Those that the second server hands out and that have a SHA-256. */
  large: (path: string) => boolean;
  commit: string;
  licence?: string;
  /** Needs this token. */
  token?: string;
}

export interface Seen {
  server: 'hub' | 'cdn';
  method: string;
  path: string;
  range: string | undefined;
  authorization: string | undefined;
}

export interface Mirror {
  endpoint: string;
  cdn: string;
  models: Map<string, MirrorModel>;
  seen: Seen[];
  faults: {
    /** Bytes after which each of the next answers of the second server is cut; 0 before any. */
    cuts: number[];
    /** The second server holds back what is beyond so many bytes, until it is null again. */
    stallAfter: number | null;
    /** Answers of this status to the next requests for files. */
    statuses: number[];
    /** The second server gives whole files whatever range is asked for. */
    ignoreRange: boolean;
    /** Changes a byte of the bodies of so many next answers. */
    damage: number;
    /** The first page of the list of files names a next page here. */
    nextPage: string | null;
  };
  close(): Promise<void>;
}

/** What belongs to a case of the fixtures and not to its model. */
const notOfModel = /^(expected|reward_head|verify)/;

/** A model of a folder of the fixtures. */
export function mirrorModel(folder: string, changes: Partial<MirrorModel> = {}): MirrorModel {
  const names = readdirSync(folder).filter((name) => !notOfModel.test(name) && statSync(join(folder, name)).isFile());
  const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
  const large = (path: string) => path.endsWith('.safetensors') || path.endsWith('.bin');
  return { files, large, commit: 'c0ffee'.padEnd(40, '0'), licence: 'apache-2.0', ...changes };
}

const cutDelayMs = 150;

const hashes = new WeakMap<Uint8Array, string>();

function sha256(bytes: Uint8Array): string {
  const hash = hashes.get(bytes) ?? createHash('sha256').update(bytes).digest('hex');
  hashes.set(bytes, hash);
  return hash;
}

const gitSha1 = (bytes: Uint8Array) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

const cors = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'authorization, range, accept',
  'Access-Control-Expose-Headers':
    'X-Repo-Commit, X-Error-Code, X-Linked-Etag, X-Linked-Size, ETag, Content-Range, Content-Length, Link, Retry-After',
};

export async function openMirror(): Promise<Mirror> {
  const models = new Map<string, MirrorModel>();
  const seen: Seen[] = [];
  const faults: Mirror['faults'] = {
    ...{ cuts: [], stallAfter: null, statuses: [], ignoreRange: false, damage: 0, nextPage: null },
  };
  const note = (server: Seen['server'], request: IncomingMessage) => {
    const { method = '', url = '', headers } = request;
    seen.push({ server, method, path: url, range: headers.range, authorization: headers.authorization });
  };
  const hub = createServer((request, response) => {
    note('hub', request);
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end();
    answerHub(request, response);
  });
  const cdn = createServer((request, response) => {
    note('cdn', request);
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end();
    const [name, path] = (request.url ?? '').slice(1).split('?')[0]!.split('/').map(decodeURIComponent);
    const bytes = models.get(name ?? '')?.files.get(path ?? '');
    if (!bytes) return void response.writeHead(404, cors).end();
    sendBytes(request, response, bytes, { ETag: `"${sha256(bytes)}"` }, true);
  });
  const [hubPort, cdnPort] = [await listen(hub), await listen(cdn)];
  const cdnAddress = `http://localhost:${cdnPort}`;

  function refuse(response: ServerResponse, status: number, code: string): void {
    response.writeHead(status, { ...cors, 'X-Error-Code': code, 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ error: code }));
  }

  function answerHub(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://hub');
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/([^/]+)$/.exec(url.pathname);
    const resolve = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const name = api?.[1] ?? resolve?.[1] ?? '';
    const model = models.get(name);
    if (!model) return refuse(response, 401, 'RepoNotFound');
    if (model.token !== undefined && request.headers.authorization !== `Bearer ${model.token}`)
      return refuse(response, request.headers.authorization === undefined ? 401 : 403, 'GatedRepo');
    const revision = api?.[3] ?? resolve?.[2];
    if (revision !== 'main' && revision !== model.commit) return refuse(response, 404, 'RevisionNotFound');
    if (api?.[2] === 'revision') return sendJson(response, infoOf(name, model));
    if (api) return sendTree(response, model);
    sendFile(request, response, { name, model, path: decodeURIComponent(resolve?.[3] ?? '') });
  }

  function sendTree(response: ServerResponse, model: MirrorModel): void {
    const link: Record<string, string> = faults.nextPage === null ? {} : { Link: `<${faults.nextPage}>; rel="next"` };
    sendJson(response, treeOf(model), link);
  }

  function sendFile(
    request: IncomingMessage,
    response: ServerResponse,
    { name, model, path }: { name: string; model: MirrorModel; path: string },
  ): void {
    const status = faults.statuses.shift();
    if (status !== undefined) return void response.writeHead(status, { ...cors, 'Retry-After': '3' }).end();
    const bytes = model.files.get(path);
    if (!bytes) return refuse(response, 404, 'EntryNotFound');
    const head = { 'X-Repo-Commit': model.commit };
    if (!model.large(path)) return sendBytes(request, response, bytes, { ...head, ETag: `"${gitSha1(bytes)}"` }, false);
    const linked = { 'X-Linked-Etag': `"${sha256(bytes)}"`, 'X-Linked-Size': String(bytes.length) };
    const location = `${cdnAddress}/${encodeURIComponent(name)}/${encodeURIComponent(path)}?signed=1`;
    response.writeHead(302, { ...cors, ...head, ...linked, Location: location }).end();
  }

  function sendBytes(
    request: IncomingMessage,
    response: ServerResponse,
    bytes: Uint8Array<ArrayBuffer>,
    head: Record<string, string>,
    large: boolean,
  ): void {
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const ranged = range !== null && !faults.ignoreRange;
    const from = ranged ? Number(range[1]) : 0;
    const last = ranged && range[2] !== '' ? Math.min(Number(range[2]), bytes.length - 1) : bytes.length - 1;
    const body = bytes.slice(from, last + 1);
    if (faults.damage > 0 && body.length > 100) {
      faults.damage--;
      body[50]! ^= 1;
    }
    const contentRange = ranged ? { 'Content-Range': `bytes ${from}-${last}/${bytes.length}` } : {};
    const length = { 'Content-Length': String(body.length) };
    response.writeHead(ranged ? 206 : 200, { ...cors, ...head, ...length, ...contentRange });
    const cut = large ? faults.cuts.shift() : undefined;
    if (cut !== undefined) {
      // What was sent gets there first, as on a network: a browser drops what it has not handed on when a connection breaks.
      response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), cutDelayMs));
    } else if (large && faults.stallAfter !== null) {
      response.write(body.subarray(0, faults.stallAfter));
    } else response.end(body);
  }

  return {
    endpoint: `http://127.0.0.1:${hubPort}`,
    cdn: cdnAddress,
    models,
    seen,
    faults,
    close: async () => {
      for (const server of [hub, cdn]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function sendJson(response: ServerResponse, body: unknown, head: Record<string, string> = {}): void {
  response.writeHead(200, { ...cors, ...head, 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function infoOf(name: string, { commit, licence, token }: MirrorModel): unknown {
  const card = licence === undefined ? {} : { cardData: { license: licence } };
  const gated = token === undefined ? false : 'manual';
  return { _id: '1', id: name, private: false, gated, sha: commit, likes: 0, downloads: 0, tags: [], ...card };
}

function treeOf({ files, large }: MirrorModel): unknown {
  return [
    { type: 'directory', path: 'onnx', size: 0, oid: '0'.repeat(40) },
    ...[...files].map(([path, bytes]) => ({
      ...{ type: 'file', path, size: bytes.length, oid: large(path) ? 'f'.repeat(40) : gitSha1(bytes) },
      ...(large(path) && { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }),
    })),
  ];
}
