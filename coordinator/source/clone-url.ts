import { isIP } from 'node:net';
import { isNeverReached } from './address-rules.ts';

/**
 * Which clone URLs git may be given. The URL comes from a webhook or from a person; git itself would take far more:
 * `ext::` runs commands, `-u…` is an option, `file:` reads the coordinator's disk.
 */
export type CloneUrlPolicy = {
  /** Paths and `file:` URLs of the coordinator's own disk; only where the person who asks owns that disk. */
  allowLocal: boolean;
  /** `ssh:` URLs and `git@host:path`, with the keys of the user who runs the coordinator. */
  allowSsh: boolean;
};

export type CloneScheme = 'https' | 'http' | 'git' | 'ssh' | 'file';
export type CloneUrl = {
  scheme: CloneScheme;
  url: string;
  /** What git is told of the addresses of its name (`resolve-url.ts`). */
  pins?: readonly (readonly [key: string, value: string])[];
};

const maxChars = 2_048;
const schemes: ReadonlySet<string> = new Set<CloneScheme>(['https', 'http', 'git', 'ssh', 'file']);
const isScheme = (text: string): text is CloneScheme => schemes.has(text);

/** The URL as git may have it, or a sentence that says why not; the sentence never repeats a password. */
export function checkCloneUrl(text: string, policy: CloneUrlPolicy): { ok: CloneUrl } | { refused: string } {
  if (text === '' || text.length > maxChars) return refuse(`it must have 1 to ${maxChars} characters`);
  if (/[\p{Cc}\s\\]/u.test(text)) return refuse('it contains a space, a control character or a backslash');
  if (text.startsWith('-')) return refuse('it looks like an option');
  if (/^[a-z0-9+.-]*::/i.test(text)) return refuse('it names a transport helper (`…::`)');
  if (text.startsWith('/')) return local(text, text, policy);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return checkUrl(text, policy);
  const scp = /^([\w.-]+@)([\w.-]+):([^:]+)$/.exec(text);
  if (!scp) return refuse('expected https://host/path');
  const [, user, host, path = ''] = scp;
  return checkUrl(`ssh://${user}${host}/${path.replace(/^\//, '')}`, policy);
}

function checkUrl(text: string, policy: CloneUrlPolicy): { ok: CloneUrl } | { refused: string } {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (!url || !isScheme(scheme)) return refuse('expected https://host/path');
  if (url.password !== '' || (url.username !== '' && scheme !== 'ssh'))
    return refuse('it contains a user name or password; credentials belong into the configuration');
  if (url.username.startsWith('-') || url.hostname.startsWith('-')) return refuse('it looks like an option');
  if (url.search !== '' || url.hash !== '') return refuse('it has a query or a fragment');
  if (scheme === 'file')
    return url.host === '' ? local(text, url.pathname, policy) : refuse('it names a host');
  if (url.hostname === '' || url.pathname.length < 2) return refuse('expected a host and a path');
  if (isLinkLocal(url.hostname)) return refuse('it leads to this wire, where clouds keep their metadata');
  if (scheme === 'ssh' && !policy.allowSsh) return refuse('SSH is not allowed here; use https');
  return { ok: { scheme, url: text } };
}

/** By address, as a URL of http has it whatever its spelling was; `git:` and `ssh:` keep theirs, so other bases are refused. */
function isLinkLocal(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  const written = URL.canParse(`http://${hostname}/`) ? new URL(`http://${hostname}/`).hostname : bare;
  const address = written.replace(/^\[|\]$/g, '');
  return isIP(address) !== 0 && isNeverReached(address);
}

const local = (url: string, path: string, { allowLocal }: CloneUrlPolicy) =>
  allowLocal && path !== '/'
    ? { ok: { scheme: 'file' as const, url } }
    : refuse('repositories on the disk of the coordinator are not allowed here');

const refuse = (why: string): { refused: string } => ({ refused: `the clone URL is refused: ${why}` });

/** Whether a credential may travel to this URL: encrypted, or not leaving this computer. */
export function isPrivateChannel({ scheme, url }: CloneUrl): boolean {
  if (scheme === 'https') return true;
  return scheme === 'http' && ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);
}
