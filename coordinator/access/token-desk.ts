/** Tokens are made, listed and revoked. Nobody makes one that can do more than they; a token makes none. */
import type { Instant, PersonId, TokenId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { TokenMade, TokenView } from '#shared/people-api.ts';
import { isAdministrator, isWithin, permissions, type Role } from '#shared/roles.ts';
import {
  type ApiToken,
  countLiveTokens,
  findApiToken,
  insertApiToken,
  listApiTokens,
  revokeApiToken,
} from '../store/api-tokens.ts';
import { findPerson } from '../store/people.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Actor } from './actor.ts';
import { makeApiToken } from './api-token-text.ts';
import { AccessRefused } from './errors.ts';

export type DeskParts = {
  store: Store;
  now(): Instant;
  /** Nothing that was read of sessions, tokens and roles counts any longer. */
  changed(): void;
};

export type TokenWish = {
  name: string;
  kind: ApiToken['kind'];
  role: Role;
  pattern: string;
  lastsMs: number;
};

/** @throws AccessRefused */
export async function makeToken(
  { store, now }: DeskParts,
  actor: Actor,
  { lastsMs, ...wish }: TokenWish,
): Promise<TokenMade> {
  refuseMaking(actor, wish);
  const { text, hash } = makeApiToken();
  const maker = personOf(actor);
  const at = now();
  const token = await store.write(async tx => {
    if ((await countLiveTokens(tx, at)) >= limits.apiTokens) throw new AccessRefused('too-many-tokens');
    return insertApiToken(tx, hash, { ...wish, maker, createdAt: at, expiresAt: at + lastsMs });
  });
  return { token: text, view: await viewToken(store.read, token) };
}

function refuseMaking({ who, rights }: Actor, { kind, role, pattern }: Omit<TokenWish, 'lastsMs'>): void {
  if (who.kind === 'token') throw new AccessRefused('not-by-token');
  if (kind === 'personal' && who.kind !== 'person') throw new AccessRefused('not-by-link');
  const asked = kind === 'program' ? permissions['make-program-tokens'].role : role;
  if (!isWithin(rights, { pattern, role: asked })) throw new AccessRefused('beyond-maker');
}

const personOf = ({ who }: Actor): PersonId | null => (who.kind === 'person' ? who.person : null);

/** One's own; of everybody for administrators who ask for that. Those that are over are listed for a while. */
export async function listTokens({ store }: DeskParts, actor: Actor, isAll: boolean): Promise<TokenView[]> {
  const { who, rights } = actor;
  if (who.kind === 'token') return viewAll(store.read, await onlyOne(store.read, who.token));
  const isEverybody = isAll && isAdministrator(rights);
  const whose = isEverybody ? ('everybody' as const) : { maker: personOf(actor) };
  return viewAll(store.read, await listApiTokens(store.read, whose, limits.apiTokens));
}

/** A program may look at itself: when it expires, say. */
async function onlyOne(tx: Tx, id: TokenId): Promise<ApiToken[]> {
  const token = await findApiToken(tx, id);
  return token ? [token] : [];
}

/**
 * Counts from the next request on, whoever is in the middle of one. Null: there is none, or it is not theirs to revoke, which
 * looks the same; a token may revoke itself.
 */
export async function revokeToken(
  { store, now, changed }: DeskParts,
  actor: Actor,
  id: TokenId,
): Promise<TokenView | null> {
  const token = await findApiToken(store.read, id);
  if (!token || !isTheirs(actor, token)) return null;
  await store.write(tx => revokeApiToken(tx, id, now()));
  changed();
  return viewToken(store.read, { ...token, revokedAt: token.revokedAt ?? now() });
}

function isTheirs(actor: Actor, { id, maker, kind, pattern }: ApiToken): boolean {
  const { who, rights } = actor;
  if (isAdministrator(rights)) return true;
  if (who.kind === 'token') return who.token === id;
  if (maker !== null && maker === personOf(actor)) return true;
  return kind === 'program' && isWithin(rights, { pattern, role: permissions['make-program-tokens'].role });
}

const viewAll = (tx: Tx, tokens: readonly ApiToken[]): Promise<TokenView[]> =>
  Promise.all(tokens.map(token => viewToken(tx, token)));

async function viewToken(tx: Tx, { maker, ...token }: ApiToken): Promise<TokenView> {
  const person = maker === null ? null : await findPerson(tx, maker);
  return { ...token, maker: person?.login ?? null };
}
