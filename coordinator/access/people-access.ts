/** Who may do what on the people's listener: nobody is an administrator by coming from this computer. */
import type { IncomingMessage } from 'node:http';
import { loadAdminToken } from './admin-token.ts';
import { bearerOf } from './bearer.ts';
import { loadKey } from './keys.ts';
import { createOneTimeLinks } from './one-time-links.ts';
import { refusalOf } from './request-origin.ts';
import { createSessions } from './sessions.ts';
import { isEqualSecret } from './signature.ts';

export type PeopleAccess = {
  /** From the bearer token or the session cookie. */
  readerOf(request: IncomingMessage): { isAdmin: boolean };
  /** Which session a browser comes with, to know it again; null for programs and strangers. */
  sessionOf(request: IncomingMessage): string | null;
  /** Why a request must be refused before anything else; null when it is fine. */
  refusal(request: IncomingMessage): string | null;
  /** Trades a sign-in link's secret for a session; null when it was used or has expired. */
  redeemLink(secret: string): { setCookie: string } | null;
  /** A link that signs one browser in once. The secret is in the fragment, which is not sent or logged. */
  makeLink(): { url: string; expiresAt: number };
  readonly signOutCookie: string;
};

/**
 * Opens the keys of the data directory (which exists) for a listener that people reach at `peopleUrl` (http or https, no
 * trailing slash). Throws `key-unreadable` and `not-writable`.
 */
export async function openPeopleAccess(dir: string, peopleUrl: string): Promise<PeopleAccess> {
  const { protocol, hostname, origin } = new URL(peopleUrl);
  const adminToken = await loadAdminToken(dir);
  const sessions = createSessions(await loadKey(dir, 'sessions'), protocol === 'https:');
  const links = createOneTimeLinks();
  const home = { names: [hostname], origins: [origin] };

  const sessionOf = ({ headers }: IncomingMessage) => sessions.nameOf(headers.cookie, Date.now());

  function isAdmin(request: IncomingMessage): boolean {
    const token = bearerOf(request.headers.authorization);
    return token !== null ? isEqualSecret(token, adminToken) : sessionOf(request) !== null;
  }

  return {
    readerOf: request => ({ isAdmin: isAdmin(request) }),
    sessionOf,
    refusal: request => refusalOf(originOf(request), home),
    redeemLink: secret =>
      links.redeem(secret, Date.now()) ? { setCookie: sessions.open(Date.now()) } : null,
    makeLink() {
      const { secret, expiresAt } = links.make(Date.now());
      return { url: `${peopleUrl}/sign-in#${secret}`, expiresAt };
    },
    signOutCookie: sessions.close,
  };
}

/** The one name by which the server is called: none where two are given, or the target of the request names another. */
function hostOf({ url = '', headers, headersDistinct }: IncomingMessage): string | undefined {
  const [, named] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  const isOne = (headersDistinct?.host ?? []).length <= 1;
  return isOne && (named ?? headers.host)?.toLowerCase() === headers.host?.toLowerCase()
    ? headers.host
    : undefined;
}

function originOf(request: IncomingMessage) {
  const { method, headers } = request;
  const fetchSite = headers['sec-fetch-site'];
  return {
    method,
    isUpgrade: headers.upgrade !== undefined,
    host: hostOf(request),
    origin: headers.origin,
    fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined,
  };
}
