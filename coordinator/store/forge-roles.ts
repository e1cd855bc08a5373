/** What a forge says of people in its repositories. */
import { sql } from 'kysely';
import type { Instant, PersonId, RepositoryId } from '#shared/ids.ts';
import { type Role, role } from '#shared/roles.ts';
import { parseValue } from './rows.ts';
import type { Tx } from './store.ts';

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

/** Of one repository, or of all of an owner; letter case does not count. */
export type RolePlace = { repository: string } | { owner: string };

/** What the forge said is not so any more: of one person, or of everybody (null). */
export async function forgetForgeRoles(tx: Tx, person: PersonId | null, place: RolePlace): Promise<void> {
  const ofOwner = 'owner' in place ? `${place.owner.toLowerCase()}/` : null;
  const name = 'owner' in place ? '' : place.repository.toLowerCase();
  const isThere =
    ofOwner === null
      ? sql<boolean>`lower(full_name) = ${name}`
      : sql<boolean>`substr(lower(full_name), 1, ${sql.lit(ofOwner.length)}) = ${ofOwner}`;
  const repositories = tx.selectFrom('repository').select('id').where(isThere);
  const all = tx.deleteFrom('forge_role').where('repository_id', 'in', repositories);
  await (person === null ? all : all.where('person_id', '=', person)).execute();
}
