/**
 * Whether a request may come from where it comes from. Two attacks are refused here, whatever cookies or tokens say:
 * DNS rebinding (a foreign page whose name was pointed at our address: its name is in Host) and cross-site requests
 * (a foreign page that changes something, or opens a WebSocket, with the browser's cookie: it is in Origin). Pure.
 */
import { isIP } from 'node:net';

export type RequestOrigin = {
  method: string | undefined;
  /** WebSockets are opened by GET and are no less dangerous than a POST. */
  isUpgrade: boolean;
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`. */
  fetchSite: string | undefined;
};

export type Home = {
  /** Names under which people reach us, besides `localhost` and addresses. */
  names: readonly string[];
  /** Origins of our own pages where a proxy in front changes Host. */
  origins: readonly string[];
};

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Why the request must be refused, in a sentence; null when it is fine. */
export function refusalOf(request: RequestOrigin, home: Home): string | null {
  const name = nameOf(request.host);
  if (name === null || !isOurs(name, home))
    return 'this server is not called by that name; use the address from its configuration (`url`)';
  const isChange = request.isUpgrade || !harmless.has(request.method ?? '');
  if (isChange && isForeign(request, home))
    return 'another site must not act here; use the pages of this server';
  return null;
}

/** An address cannot be rebound: only a name is looked up. */
function isOurs(name: string, { names }: Home): boolean {
  return name === 'localhost' || isIP(name) !== 0 || names.some(ours => ours.toLowerCase() === name);
}

/** Programs send neither header; every browser sends at least one of them with a change. */
function isForeign({ origin, fetchSite, host }: RequestOrigin, { origins }: Home): boolean {
  if (origin === undefined) return fetchSite !== undefined && !['same-origin', 'none'].includes(fetchSite);
  return !origins.includes(origin) && hostOfOrigin(origin) !== host?.toLowerCase();
}

/** The host of an Origin as the Host header of the same page has it; null for `null` and everything opaque. */
function hostOfOrigin(origin: string): string | null {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase() ?? null;
}

/** The host of a Host header without port and brackets, in lower case; null when it is no host. */
function nameOf(host: string | undefined): string | null {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host ?? '') ?? [];
  return (bracketed ?? plain)?.toLowerCase() ?? null;
}
