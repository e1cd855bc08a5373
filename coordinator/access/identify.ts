/** Whose a request is: by its bearer token, else by the cookie of a session. What does not count any more makes a stranger. */
import type { IncomingMessage } from 'node:http';
import type { Instant, PersonId, SessionId, TokenId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Rights } from '#shared/roles.ts';
import { type ApiToken, findApiToken, findTokenByHash, usedApiToken } from '../store/api-tokens.ts';
import {
  type BrowserSession,
  findBrowserSession,
  findSessionByHash,
  saveSecrets,
  sawSession,
} from '../store/browser-sessions.ts';
import { StoreError } from '../store/errors.ts';
import { findPerson, type Person, sawPerson } from '../store/people.ts';
import type { Store, Tx } from '../store/store.ts';
import { type Actor, rootActor, stranger } from './actor.ts';
import { hashApiToken, isApiToken, isWellFormed } from './api-token-text.ts';
import { bearerOf } from './bearer.ts';
import { AccessRefused } from './errors.ts';
import { createFresh } from './fresh.ts';
import { rightsOfPerson, rightsOfToken } from './rights-of.ts';
import type { SessionCookies } from './session-cookies.ts';
import { isOver, judgeSession, offer } from './session-judgement.ts';
import { isEqualSecret } from './signature.ts';

export type Identified = {
  actor: Actor;
  /** The browser is to be given another secret. */
  setCookie: string | null;
};

export type Identify = {
  /** @throws AccessRefused a token was shown that does not count */
  whose(request: IncomingMessage, options?: { mayRotate: boolean }): Promise<Identified>;
  /** The same actor as it is now: of what is open for long. A stranger when it does not count any more. */
  again(actor: Actor): Promise<Actor>;
  /** Nothing that was read so far counts any longer. */
  forget(): void;
};

type Options = { store: Store; adminToken: string; cookies: SessionCookies; now: () => Instant };

export function createIdentify({ store, adminToken, cookies, now }: Options): Identify {
  const tokens = createFresh<string, ApiToken>(now);
  const sessions = createFresh<string, BrowserSession>(now);
  const people = createFresh<PersonId, { person: Person; rights: Rights }>(now);

  const personOf = (id: PersonId) =>
    people.get(id, async () => {
      const person = await findPerson(store.read, id);
      return person && { person, rights: await rightsOfPerson(store.read, id, now()) };
    });

  async function actorOfToken(token: ApiToken): Promise<Actor> {
    const maker = token.maker === null ? null : await personOf(token.maker);
    if (token.maker !== null && !maker) throw new AccessRefused('revoked-token');
    const who = {
      kind: 'token',
      token: token.id,
      name: token.name,
      isPersonal: token.kind === 'personal',
      maker: maker && { person: maker.person.id, login: maker.person.login },
    } as const;
    return { who, rights: rightsOfToken(token, maker?.rights ?? null) };
  }

  async function actorOfSession({ id, person }: BrowserSession): Promise<Actor> {
    if (person === null) return rootActor(id);
    const known = await personOf(person);
    if (!known) return stranger;
    const { login } = known.person;
    return { who: { kind: 'person', person, login, session: id }, rights: known.rights };
  }

  async function byBearer(text: string): Promise<Actor> {
    if (!isApiToken(text)) {
      if (isEqualSecret(text, adminToken)) return rootActor(null);
      throw new AccessRefused('wrong-token');
    }
    const hash = hashApiToken(text);
    const token = isWellFormed(text) ? await tokens.get(hash, () => findTokenByHash(store.read, hash)) : null;
    if (!token) throw new AccessRefused('wrong-token');
    refuseOver(token, now());
    const actor = await actorOfToken(token);
    await noteUse(token);
    return actor;
  }

  /** Nobody is kept out because it cannot be written down that they came: a full disk, say. */
  async function noted<Result>(change: (tx: Tx) => Promise<Result>): Promise<Result | null> {
    try {
      return await store.write(change);
    } catch (error) {
      if (error instanceof StoreError) return null;
      throw error;
    }
  }

  async function noteUse(token: ApiToken): Promise<void> {
    const at = now();
    if (token.lastUsedAt !== null && at - token.lastUsedAt < limits.seenStepMs) return;
    token.lastUsedAt = at;
    await noted(tx => usedApiToken(tx, token.id, at));
  }

  async function byCookie(secret: string, mayRotate: boolean): Promise<Identified | null> {
    const hash = cookies.hashOf(secret);
    const session = await sessions.get(hash, () => findSessionByHash(store.read, hash));
    const judgement = session && judgeSession(session, hash, now());
    if (!session || !judgement?.counts) return null;
    const actor = await actorOfSession(session);
    await noteSeen(session);
    if (judgement.promoted) {
      const { promoted } = judgement;
      await noted(tx => saveSecrets(tx, session.id, session, promoted));
      sessions.forget();
    }
    return { actor, setCookie: mayRotate && judgement.isDue ? await offerSecret(session) : null };
  }

  async function noteSeen(session: BrowserSession): Promise<void> {
    const at = now();
    if (at - session.lastSeenAt < limits.seenStepMs) return;
    session.lastSeenAt = at;
    const { id, person } = session;
    await noted(async tx => {
      await sawSession(tx, id, at);
      if (person !== null) await sawPerson(tx, person, at);
    });
  }

  /** Null when another request of the same browser was given one just now. */
  async function offerSecret(session: BrowserSession): Promise<string | null> {
    const secret = cookies.makeSecret();
    const secrets = offer(session, cookies.hashOf(secret), now());
    const isSaved = await noted(tx => saveSecrets(tx, session.id, session, secrets));
    sessions.forget();
    return isSaved ? cookies.set(secret) : null;
  }

  async function tokenAgain(id: TokenId): Promise<Actor> {
    const token = await findApiToken(store.read, id);
    if (!token || isOverToken(token, now())) return stranger;
    return actorOfToken(token).catch(refusedIsStranger);
  }

  async function sessionAgain(id: SessionId): Promise<Actor> {
    const session = await findBrowserSession(store.read, id);
    if (!session || isOver(session, now())) return stranger;
    // Whoever watches is there.
    await noteSeen(session);
    return actorOfSession(session);
  }

  return {
    async whose({ headers }, { mayRotate } = { mayRotate: false }) {
      const bearer = bearerOf(headers.authorization);
      if (bearer !== null) return { actor: await byBearer(bearer), setCookie: null };
      for (const secret of cookies.secretsIn(headers.cookie)) {
        const found = await byCookie(secret, mayRotate);
        if (found) return found;
      }
      return { actor: stranger, setCookie: null };
    },
    async again(actor) {
      const { who } = actor;
      if (who.kind === 'token') return tokenAgain(who.token);
      return 'session' in who && who.session !== null ? sessionAgain(who.session) : actor;
    },
    forget() {
      tokens.forget();
      sessions.forget();
      people.forget();
    },
  };
}

export const isOverToken = ({ revokedAt, expiresAt }: ApiToken, now: Instant): boolean =>
  revokedAt !== null || expiresAt <= now;

function refuseOver({ id, revokedAt, expiresAt }: ApiToken, now: Instant): void {
  if (revokedAt !== null) throw new AccessRefused('revoked-token', id);
  if (expiresAt <= now) throw new AccessRefused('expired-token', id);
}

function refusedIsStranger(error: unknown): Actor {
  if (error instanceof AccessRefused) return stranger;
  throw error;
}
