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
