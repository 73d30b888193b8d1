/** Reads what a person typed: a model's id on the Hub, and the Hub's address. */
import { InputError } from '../protocol/errors';

export interface HubId {
  /** "owner/name" */
  name: string;
  revision: string;
}

const namePattern = /^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/;

/**
 * "owner/name", "owner/name@revision", or the address of the model's page.
 * @throws InputError when it is none of these
 */
export function parseHubId(text: string, endpoint: string): HubId {
  const trimmed = text.trim();
  const bare = trimmed.startsWith(`${endpoint}/`) ? trimmed.slice(endpoint.length + 1).replace(/\/$/, '') : trimmed;
  const tree = /^([^/]+\/[^/]+)\/tree\/(.+)$/.exec(bare);
  const [name = '', revision = 'main'] = tree ? tree.slice(1) : splitAt(bare);
  if (!namePattern.test(name) || name.includes('..') || name.includes('--')) {
    throw new InputError(
      `"${trimmed.slice(0, 120)}" is no model id. Write owner/name, or owner/name@revision, as the model's page shows it.`,
    );
  }
  if (!/^[\w][\w./-]{0,199}$/.test(revision) || revision.includes('..')) {
    throw new InputError(
      `"${revision.slice(0, 120)}" is no revision. Write a branch, a tag or a commit after the "@", or leave it out.`,
    );
  }
  return { name, revision };
}

function splitAt(text: string): string[] {
  const at = text.indexOf('@');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

const isLoopback = (host: string) => host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);

/**
 * The Hub's address without a slash at its end.
 * @throws InputError when it is no address, or one that would send a token in the clear
 */
export function parseEndpoint(text: string): string {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new InputError(`"${text.slice(0, 120)}" is no address of a Hub. Write one like https://huggingface.co.`);
  }
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!secure || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new InputError(
      `The Hub's address ${text.slice(0, 120)} cannot be used: it must begin with https:// (or http:// on this computer) and have no name, query or fragment.`,
    );
  }
  return url.href.replace(/\/+$/, '');
}
