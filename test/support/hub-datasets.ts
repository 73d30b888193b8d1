/** A Hub on loopback that has datasets: lists their files as the Hub's API does and hands them out, by way of a redirect. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubMirror {
  address: string;
  /** Every request, as "METHOD path", with the token it came with. */
  requests: { path: string; token: string | null }[];
  close(): Promise<void>;
}

type Repository = Readonly<Record<string, Uint8Array>>;

/** @param repositories files by "owner/name@revision"; those of owner "gated" need the token "secret" */
export async function openDatasetMirror(
  repositories: Readonly<Record<string, Repository>>,
  options: { cut?: string } = {},
): Promise<HubMirror> {
  const requests: HubMirror['requests'] = [];
  const find = (name: string, revision: string) => repositories[`${name}@${decodeURIComponent(revision)}`];
  const tokenOf = ({ headers }: IncomingMessage) => headers.authorization?.replace('Bearer ', '') ?? null;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://mirror');
    requests.push({ path: url.pathname, token: tokenOf(request) });
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', '*');
    const refuse = (status: number, code: string) => response.writeHead(status, { 'X-Error-Code': code }).end('{}');
    const tree = /^\/api\/datasets\/([^/]+\/[^/]+)\/tree\/([^/]+)$/.exec(url.pathname);
    const file = /^\/(datasets|cdn)\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const name = tree?.[1] ?? file?.[2] ?? '';
    const repository = find(name, tree?.[2] ?? file?.[3] ?? '');
    if (request.method === 'OPTIONS') return void response.end();
    if (name.startsWith('gated/') && file?.[1] !== 'cdn' && tokenOf(request) !== 'secret')
      return void refuse(401, 'GatedRepo');
    if (!repository)
      return void refuse(
        404,
        Object.keys(repositories).some((key) => key.startsWith(`${name}@`)) ? 'RevisionNotFound' : 'RepoNotFound',
      );
    if (tree) return void response.end(JSON.stringify(treeOf(repository)));
    const path = decodeURIComponent(file?.[4] ?? '');
    const bytes = repository[path];
    if (!bytes) return void refuse(404, 'EntryNotFound');
    if (file?.[1] === 'datasets')
      return void response.writeHead(302, { Location: url.pathname.replace('/datasets/', '/cdn/') }).end();
    response.end(options.cut === path ? bytes.subarray(0, bytes.length / 2) : bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function treeOf(repository: Repository): object[] {
  const folders = new Set(
    Object.keys(repository).flatMap((path) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, i, parts) => parts.slice(0, i + 1).join('/')),
    ),
  );
  return [
    ...[...folders].map((path) => ({ type: 'directory', path, size: 0, oid: 'x' })),
    ...Object.entries(repository).map(([path, bytes]) => ({ type: 'file', path, size: bytes.length, oid: 'x' })),
  ];
}
