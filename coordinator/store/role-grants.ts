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
<<<<<<< HEAD

export type ForgeRole = { repositoryId: RepositoryId; role: Role; checkedAt: Instant };

/** What the forge says of somebody: all of it, in the place of what was known. Repositories without a role are left out. */
export async function replaceForgeRoles(
  tx: Tx,
  person: PersonId,
  roles: readonly Omit<ForgeRole, 'checkedAt'>[],
  at: Instant,
): Promise<void> {
  await tx.deleteFrom('forge_role').where('person_id', '=', person).execute();
  for (const { repositoryId, role } of roles)
    await tx
      .insertInto('forge_role')
      .values({ person_id: person, repository_id: repositoryId, role, checked_at: at })
      .execute();
}

/** Those that were checked since then, with the names of their repositories. */
export async function rolesOf(
  tx: Tx,
  person: PersonId,
  since: Instant,
): Promise<(ForgeRole & { fullName: string })[]> {
  const rows = await tx
    .selectFrom('forge_role')
    .innerJoin('repository', 'repository.id', 'forge_role.repository_id')
    .select(['forge_role.repository_id', 'forge_role.role', 'forge_role.checked_at', 'repository.full_name'])
    .where('forge_role.person_id', '=', person)
    .where('forge_role.checked_at', '>=', since)
    .orderBy('forge_role.repository_id')
    .execute();
  return rows.map(row => ({
    repositoryId: row.repository_id,
    role: parseValue(role, row.role, `forge_role ${person} ${row.repository_id}.role`),
    checkedAt: row.checked_at,
    fullName: row.full_name,
  }));
}

/** Of everybody, those that were checked since then, by the names of repositories. */
export async function listForgeRoles(
  tx: Tx,
  since: Instant,
  max: number,
): Promise<{ person: PersonId; fullName: string; role: Role; checkedAt: Instant }[]> {
  const rows = await tx
    .selectFrom('forge_role')
    .innerJoin('repository', 'repository.id', 'forge_role.repository_id')
    .select(['forge_role.person_id', 'forge_role.role', 'forge_role.checked_at', 'repository.full_name'])
    .where('forge_role.checked_at', '>=', since)
    .orderBy('repository.full_name')
    .orderBy('forge_role.person_id')
    .limit(max)
    .execute();
  return rows.map(row => ({
    person: row.person_id,
    fullName: row.full_name,
    role: parseValue(role, row.role, `forge_role ${row.person_id} ${row.full_name}.role`),
    checkedAt: row.checked_at,
  }));
}
=======
>>>>>>> main
