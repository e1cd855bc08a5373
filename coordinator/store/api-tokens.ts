/** Tokens of people and of programs: what they are for, and the hash of each. The token itself is nowhere. */
import type { Instant, PersonId, TokenId } from '#shared/ids.ts';
import { type Role, role } from '#shared/roles.ts';
import { newId } from './new-id.ts';
import { parseValue } from './rows.ts';
import type { Tables } from './schema.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

export type ApiToken = {
  id: TokenId;
  name: string;
  /** `personal`: its person acts by it. `program`: the program that has the name. */
  kind: 'personal' | 'program';
  /** Who made it, and whose rights bound it; null: the administrator of the coordinator. */
  maker: PersonId | null;
  role: Role;
  pattern: string;
  createdAt: Instant;
  expiresAt: Instant;
  /** Within `limits.seenStepMs`; null: never used. */
  lastUsedAt: Instant | null;
  revokedAt: Instant | null;
};

const fromRow = (row: Tables['api_token']): ApiToken => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  maker: row.person_id,
  role: parseValue(role, row.role, `api_token ${row.id}.role`),
  pattern: row.pattern,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
});

export async function insertApiToken(
  tx: Tx,
  hash: string,
  facts: Omit<ApiToken, 'id' | 'lastUsedAt' | 'revokedAt'>,
): Promise<ApiToken> {
  const row: Tables['api_token'] = {
    id: newId.token(),
    hash,
    name: facts.name,
    kind: facts.kind,
    person_id: facts.maker,
    role: facts.role,
    pattern: facts.pattern,
    created_at: facts.createdAt,
    expires_at: facts.expiresAt,
    last_used_at: null,
    revoked_at: null,
  };
  await tx.insertInto('api_token').values(row).execute();
  return fromRow(row);
}

const byHash = statement((db, { hash }: { hash: string }) =>
  db.selectFrom('api_token').selectAll().where('hash', '=', hash),
);

export async function findTokenByHash(tx: Tx, hash: string): Promise<ApiToken | null> {
  const row = await byHash.first(tx, { hash });
  return row ? fromRow(row) : null;
}

export async function findApiToken(tx: Tx, id: TokenId): Promise<ApiToken | null> {
  const row = await tx.selectFrom('api_token').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Newest first; revoked and expired ones too. */
export async function listApiTokens(
  tx: Tx,
  whose: { maker: PersonId | null } | 'everybody',
  max: number,
): Promise<ApiToken[]> {
  const query = tx.selectFrom('api_token').selectAll().orderBy('id', 'desc').limit(max);
  const ofSome =
    whose === 'everybody' ? query : query.where('person_id', whose.maker === null ? 'is' : '=', whose.maker);
  return (await ofSome.execute()).map(fromRow);
}

/** Those that still count. */
export async function countLiveTokens(tx: Tx, now: Instant): Promise<number> {
  const row = await tx
    .selectFrom('api_token')
    .select(eb => eb.fn.countAll<number | bigint>().as('count'))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** When the first of those that still count ends; null: none does. */
export async function findNextTokenEnd(tx: Tx, now: Instant): Promise<Instant | null> {
  const row = await tx
    .selectFrom('api_token')
    .select(eb => eb.fn.min('expires_at').as('at'))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row?.at == null ? null : Number(row.at);
}

/** False when it was revoked already, or is not there. */
export async function revokeApiToken(tx: Tx, id: TokenId, at: Instant): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('api_token')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function usedApiToken(tx: Tx, id: TokenId, at: Instant): Promise<void> {
  await tx.updateTable('api_token').set({ last_used_at: at }).where('id', '=', id).execute();
}

export async function removeOldTokens(tx: Tx, before: Instant): Promise<void> {
  await tx
    .deleteFrom('api_token')
    .where(eb => eb.or([eb('revoked_at', '<', before), eb('expires_at', '<', before)]))
    .execute();
}
