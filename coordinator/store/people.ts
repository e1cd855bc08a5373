/** People who have signed in by a forge. They are known by its number for them: names change hands. */
import { sql } from 'kysely';
import type { Instant, PersonId } from '#shared/ids.ts';
import { newId } from './new-id.ts';
import type { Tables } from './schema.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

export type Person = {
  id: PersonId;
  /** As the forge spelt it when they signed in last. */
  login: string;
  /** The forge's number; null of an account of this coordinator. */
  forgeUserId: number | null;
  createdAt: Instant;
  /** Within `limits.seenStepMs`. */
  lastSeenAt: Instant;
};

const fromRow = (row: Tables['person']): Person => ({
  id: row.id,
  login: row.login,
  forgeUserId: row.forge_user_id,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
});

const byId = statement((db, { id }: Pick<Person, 'id'>) =>
  db.selectFrom('person').selectAll().where('id', '=', id),
);

export async function findPerson(tx: Tx, id: PersonId): Promise<Person | null> {
  const row = await byId.first(tx, { id });
  return row ? fromRow(row) : null;
}

/** By the forge's number. */
export async function findPersonOfForge(tx: Tx, forgeUserId: number): Promise<Person | null> {
  const query = tx.selectFrom('person').selectAll().where('forge_user_id', '=', forgeUserId);
  const row = await query.executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Whom the forge knows and who can come back unasked: by an open session that was seen since then, or a token of theirs. */
export async function listPeopleSignedIn(
  tx: Tx,
  { now, idleSince, max }: { now: Instant; idleSince: Instant; max: number },
): Promise<Person[]> {
  const sessions = tx
    .selectFrom('browser_session')
    .select('person_id')
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', idleSince)
    .where('person_id', 'is not', null);
  const tokens = tx
    .selectFrom('api_token')
    .select('person_id')
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .where('person_id', 'is not', null);
  const query = tx
    .selectFrom('person')
    .selectAll()
    .where('forge_user_id', 'is not', null)
    .where(eb => eb.or([eb('id', 'in', sessions), eb('id', 'in', tokens)]))
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .limit(max);
  return (await query.execute()).map(fromRow);
}

/** The forge calls them so now. */
export async function renamePerson(tx: Tx, id: PersonId, login: string): Promise<void> {
  await takeNameFromOthers(tx, login, id);
  await tx.updateTable('person').set({ login }).where('id', '=', id).execute();
}

/** Whoever was called so before is not any more; what they are called now is not known before they are met. */
async function takeNameFromOthers(tx: Tx, login: string, id: PersonId | null): Promise<void> {
  const others = tx
    .updateTable('person')
    .set({ login: sql`login || '#' || cast(forge_user_id as text)` })
    .where(sql`lower(login)`, '=', login.toLowerCase())
    .where('forge_user_id', 'is not', null);
  await (id === null ? others : others.where('id', '!=', id)).execute();
}

export async function listPeople(tx: Tx, max: number): Promise<Person[]> {
  const query = tx.selectFrom('person').selectAll().orderBy('last_seen_at', 'desc').orderBy('id').limit(max);
  return (await query.execute()).map(fromRow);
}

/**
 * Somebody whom the forge knows has signed in. The first time, what was granted to the name so far becomes theirs, and does
 * not pass on to another account that takes the name later.
 */
export async function savePerson(
  tx: Tx,
  { forgeUserId, login }: { forgeUserId: number; login: string },
  at: Instant,
): Promise<Person> {
  const known = await tx
    .selectFrom('person')
    .selectAll()
    .where('forge_user_id', '=', forgeUserId)
    .executeTakeFirst();
  await takeNameFromOthers(tx, login, known?.id ?? null);
  if (known) {
    const values = { login, last_seen_at: at };
    await tx.updateTable('person').set(values).where('id', '=', known.id).execute();
    return fromRow({ ...known, ...values });
  }
  const row = {
    id: newId.person(),
    login,
    forge_user_id: forgeUserId,
    created_at: at,
    last_seen_at: at,
  };
  await tx.insertInto('person').values(row).execute();
  await tx
    .updateTable('role_grant')
    .set({ person_id: row.id })
    .where(sql`lower(login)`, '=', login.toLowerCase())
    .where('person_id', 'is', null)
    .execute();
  return fromRow(row);
}

export async function sawPerson(tx: Tx, id: PersonId, at: Instant): Promise<void> {
  await tx.updateTable('person').set({ last_seen_at: at }).where('id', '=', id).execute();
}
