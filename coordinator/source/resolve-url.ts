/** Where a clone URL leads, before git goes there. */
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isNeverReached, isThisComputer } from './address-rules.ts';
import type { CloneUrl } from './clone-url.ts';
import { SourceError } from './errors.ts';
import type { GitSetting } from './git-environment.ts';
import { adviceFor } from './git-failure.ts';

/** All addresses of a name, as the system knows them. Throws where it has none. */
export type Lookup = (name: string) => Promise<string[]>;

export const lookUpAll: Lookup = async name =>
  (await systemLookup(name, { all: true, verbatim: true })).map(({ address }) => address);

export type ResolveParts = {
  lookup: Lookup;
  /** Of the configured forge: an administrator has written them, and they may mean this computer. */
  forgeHosts: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
};

/**
 * The URL with the addresses that git may use for its name. An address that stands in the URL itself was judged with it; behind
 * a proxy names are the proxy's to look up, and its rules decide.
 * @throws SourceError `url-refused` for a name that leads where no repository is, `host-unreachable` for one that leads nowhere
 */
export async function resolveUrl(
  { lookup, forgeHosts, environment }: ResolveParts,
  repository: string,
  url: CloneUrl,
): Promise<CloneUrl> {
  const name = nameOf(url);
  if (name === null || isProxied(url, environment)) return url;
  const addresses = await lookup(name).catch((cause: unknown) => {
    const message = `Could not resolve host: ${name}. ${adviceFor('host-unreachable')} (${repository})`;
    throw new SourceError('host-unreachable', message, { repository, cause });
  });
  const isOurs = forgeHosts.includes(name);
  if (addresses.some(address => isNeverReached(address) || (isThisComputer(address) && !isOurs)))
    throw new SourceError(
      'url-refused',
      `${repository}: the clone URL is refused: its name leads to the coordinator itself, or to the wire that it is on`,
      { repository },
    );
  return { ...url, pins: pinsOf(url, name, addresses) };
}

/** Null for what no name service is asked for. */
function nameOf({ scheme, url }: CloneUrl): string | null {
  if (scheme === 'file') return null;
  const name = new URL(url).hostname.toLowerCase();
  const isKnown = /(?:^|\.)localhost\.?$/.test(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  return isKnown ? null : name;
}

function isProxied({ scheme }: CloneUrl, environment: ResolveParts['environment']): boolean {
  const names = [`${scheme}_proxy`, 'all_proxy'];
  return (
    scheme.startsWith('http') && names.some(name => environment[name] || environment[name.toUpperCase()])
  );
}

/** Git ≥ 2.37 hands it to curl; an older one looks the name up again. */
function pinsOf({ scheme, url }: CloneUrl, name: string, addresses: readonly string[]): GitSetting[] {
  if (!scheme.startsWith('http')) return [];
  const port = new URL(url).port || (scheme === 'https' ? '443' : '80');
  const list = addresses.map(address => (isIP(address) === 6 ? `[${address}]` : address)).join(',');
  return [['http.curloptResolve', `${name}:${port}:${list}`]];
}
