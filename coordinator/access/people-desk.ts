/** Who has signed in, and which roles were given by hand. For administrators of the coordinator; the caller has seen to that. */
import { limits } from '#shared/limits.ts';
import type { PeopleView } from '#shared/people-api.ts';
import type { GrantedRole } from '#shared/roles.ts';
import { listForgeRoles } from '../store/forge-roles.ts';
import { listPeople } from '../store/people.ts';
import { countRoleGrants, deleteRoleGrant, listRoleGrants, saveRoleGrant } from '../store/role-grants.ts';
import { type Actor, nameOf } from './actor.ts';
import { AccessRefused } from './errors.ts';
import type { DeskParts } from './token-desk.ts';

export async function listEverybody({ store, now }: DeskParts): Promise<PeopleView> {
  const people = await listPeople(store.read, limits.roleGrants);
  const grants = await listRoleGrants(store.read);
  const forge = await listForgeRoles(store.read, now() - limits.forgeRoleTrustMs, limits.forgeRolesListed);
  return {
    people: people.map(({ id, login, createdAt, lastSeenAt }) => ({
      ...{ id, login, createdAt, lastSeenAt },
      forge: forge
        .filter(({ person }) => person === id)
        .map(({ fullName, role, checkedAt }) => ({ repository: fullName, role, at: checkedAt })),
    })),
    grants: grants.map(({ person, ...grant }) => ({ ...grant, isBound: person !== null })),
  };
}

/** Counts from the next request on. @throws AccessRefused */
export async function giveRole(
  { store, now, changed }: DeskParts,
  actor: Actor,
  { login, pattern, role }: { login: string; pattern: string; role: GrantedRole },
): Promise<void> {
  await store.write(async tx => {
    await deleteRoleGrant(tx, login, pattern);
    if ((await countRoleGrants(tx)) >= limits.roleGrants) throw new AccessRefused('too-many-grants');
    await saveRoleGrant(tx, { login, pattern, role, by: nameOf(actor.who), at: now() });
  });
  changed();
}

/** False: there was none. What the forge says of them counts again. */
export async function takeRole(
  { store, changed }: DeskParts,
  { login, pattern }: { login: string; pattern: string },
): Promise<boolean> {
  const { rejected } = await store.write(async tx => ({
    rejected: !(await deleteRoleGrant(tx, login, pattern)),
  }));
  changed();
  return !rejected;
}
