/** Which roles were given by hand. */
import { sql } from 'kysely';
import type { Instant, PersonId } from '#shared/ids.ts';
import { type GrantedRole, grantedRole } from '#shared/roles.ts';
import { parseValue } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

export type RoleGrant = {
  login: string;
  pattern: string;
  role: GrantedRole;
  /** Whose it is; null until an account of that name signs in. */
  person: PersonId | null;
  by: string;
  at: Instant;
};

const fromRow = (row: Tables['role_grant']): RoleGrant => ({
  login: row.login,
  pattern: row.pattern,
  role: parseValue(grantedRole, row.role, `role_grant ${row.login} ${row.pattern}.role`),
  person: row.person_id,
  by: row.granted_by,
  at: row.granted_at,
});

/** In the place of what the name had for the pattern. Letter case does not count. */
export async function saveRoleGrant(tx: Tx, { login, pattern, role, by, at }: Omit<RoleGrant, 'person'>) {
  await deleteRoleGrant(tx, login, pattern);
  const known = await tx
    .selectFrom('person')
    .select('id')
    .where(sql`lower(login)`, '=', login.toLowerCase())
    .orderBy('last_seen_at', 'desc')
    .executeTakeFirst();
  const values = { login, pattern, role, person_id: known?.id ?? null, granted_by: by, granted_at: at };
  await tx.insertInto('role_grant').values(values).execute();
}

/** Whether there was one. */
export async function deleteRoleGrant(tx: Tx, login: string, pattern: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('role_grant')
    .where(sql`lower(login)`, '=', login.toLowerCase())
    .where(sql`lower(pattern)`, '=', pattern.toLowerCase())
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function listRoleGrants(tx: Tx): Promise<RoleGrant[]> {
  const query = tx.selectFrom('role_grant').selectAll().orderBy(sql`lower(login)`).orderBy('pattern');
  return (await query.execute()).map(fromRow);
}

export async function countRoleGrants(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom('role_grant')
    .select(eb => eb.fn.countAll<number | bigint>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function listGrantsOf(tx: Tx, person: PersonId): Promise<RoleGrant[]> {
  const query = tx.selectFrom('role_grant').selectAll().where('person_id', '=', person).orderBy('pattern');
  return (await query.execute()).map(fromRow);
}
