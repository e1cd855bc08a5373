/** Who comes in on the people's listener, and how: nobody is an administrator by coming from this computer. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Instant, PersonId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { currentOrigin, inAct, type Origin } from '../store/acts.ts';
import { removeOldTokens } from '../store/api-tokens.ts';
import {
  endBrowserSession,
  hasAnySession,
  insertBrowserSession,
  removeOldSessions,
} from '../store/browser-sessions.ts';
import { findPerson } from '../store/people.ts';
import type { Store } from '../store/store.ts';
import { type Actor, auditActorOf, sessionOf } from './actor.ts';
import { loadAdminToken } from './admin-token.ts';
import { browserName } from './browser-name.ts';
import { createIdentify, type Identified } from './identify.ts';
import { loadKey } from './keys.ts';
import { createOneTimeLinks } from './one-time-links.ts';
import { refusalOf } from './request-origin.ts';
import { createSessionCookies } from './session-cookies.ts';

export type PeopleAccess = {
  /**
   * From the bearer token or the session cookie. `mayRotate`: the answer goes to this browser alone, and may bring a cookie.
   * @throws AccessRefused for a token that does not count
   */
  whose(request: IncomingMessage, options?: { mayRotate: boolean }): Promise<Identified>;
  /** The same actor as it is now. */
  again(actor: Actor): Promise<Actor>;
  /** Somebody's rights, a session or a token are others from now on: nothing that was read before counts. */
  changed(): void;
  onChanged(listener: () => void, signal: AbortSignal): void;
  /** Why a request must be refused before anything else; null when it is fine. */
  refusal(request: IncomingMessage): string | null;
  /** Opens a session for a person, or for the administrator of the coordinator (null); the one that the browser had ends. */
  signIn(person: PersonId | null, request: IncomingMessage): Promise<{ setCookie: string }>;
  /** Trades a sign-in link's secret for a session; null when it was used or has expired. */
  redeemLink(secret: string, request: IncomingMessage): Promise<{ setCookie: string } | null>;
  /** A link that signs one browser in once. The secret is in the fragment, which is not sent or logged. */
  makeLink(): { url: string; expiresAt: number };
  /** When the links end that nobody has used yet. */
  openLinks(): Instant[];
  signOut(actor: Actor): Promise<void>;
  readonly signOutCookie: string;
  /** Whether a browser has ever signed in. */
  hasAnybodySignedIn(): Promise<boolean>;
  /** Sessions and tokens that were over long ago. */
  removeOld(): Promise<void>;
};

/**
 * Opens the keys of the data directory (which exists) for a listener that people reach at `peopleUrl` (http or https, no
 * trailing slash). Throws `key-unreadable` and `not-writable`.
 */
export async function openPeopleAccess(
  dir: string,
  peopleUrl: string,
  { store, now }: { store: Store; now: () => Instant },
): Promise<PeopleAccess> {
  const { protocol, hostname, origin } = new URL(peopleUrl);
  const adminToken = await loadAdminToken(dir);
  const cookies = createSessionCookies(await loadKey(dir, 'sessions'), protocol === 'https:');
  const links = createOneTimeLinks();
  const home = { names: [hostname], origins: [origin] };
  const identify = createIdentify({ store, adminToken, cookies, now });
  const changes = new EventEmitter<{ changed: [] }>().setMaxListeners(0);

  function changed(): void {
    identify.forget();
    changes.emit('changed');
  }

  async function signOut(actor: Actor): Promise<void> {
    const session = sessionOf(actor);
    if (session === null) return;
    const origin = { ...currentOrigin(), actor: auditActorOf(actor.who) };
    await inAct(origin, { at: now(), act: 'session.sign-out', subject: session }, () =>
      store.write(tx => endBrowserSession(tx, session, now())),
    );
    changed();
  }

  async function signIn(person: PersonId | null, request: IncomingMessage): Promise<{ setCookie: string }> {
    const before = await identify.whose(cookieOnly(request));
    await signOut(before.actor);
    const secret = cookies.makeSecret();
    const createdAt = now();
    const act = { at: createdAt, act: 'session.sign-in', made: ['id', 'browser', 'expiresAt'] } as const;
    await inAct({ ...currentOrigin(), ...(await signingIn(person)) }, { ...act, subject: 'a browser' }, () =>
      store.write(tx =>
        insertBrowserSession(tx, {
          ...{ hash: cookies.hashOf(secret), person, createdAt, expiresAt: createdAt + limits.sessionMs },
          browser: browserName(request.headers['user-agent']),
        }),
      ),
    );
    return { setCookie: cookies.set(secret) };
  }

  /** Who is known from this moment on, and was a stranger when the request came. */
  async function signingIn(person: PersonId | null): Promise<Pick<Origin, 'actor' | 'way'>> {
    const known = person === null ? null : await findPerson(store.read, person);
    if (!known) return { actor: { kind: 'link', name: 'the administrator', id: null }, way: 'web' };
    return { actor: { kind: 'person', name: known.login, id: known.id }, way: 'web' };
  }

  return {
    whose: identify.whose,
    again: identify.again,
    changed,
    onChanged(listener, signal) {
      changes.on('changed', listener);
      signal.addEventListener('abort', () => changes.off('changed', listener), { once: true });
    },
    refusal: request => refusalOf(originOf(request), home),
    signIn,
    redeemLink: async (secret, request) => (links.redeem(secret, now()) ? signIn(null, request) : null),
    makeLink() {
      const { secret, expiresAt } = links.make(now());
      return { url: `${peopleUrl}/sign-in#${secret}`, expiresAt };
    },
    openLinks: () => links.open(now()),
    signOut,
    signOutCookie: cookies.forget,
    hasAnybodySignedIn: () => hasAnySession(store.read),
    removeOld: () =>
      store.write(async tx => {
        await removeOldSessions(tx, now() - limits.accessKeptMs);
        await removeOldTokens(tx, now() - limits.accessKeptMs);
      }),
  };
}

/** A token beside the cookie says nothing of the browser's session. */
const cookieOnly = ({ headers: { cookie } }: IncomingMessage): IncomingMessage =>
  ({ headers: { cookie } }) as IncomingMessage;

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
