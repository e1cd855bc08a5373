/** Rows → what somebody may. Reading only. */
import type { Instant, PersonId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { allRights, type Rights } from '#shared/roles.ts';
import type { ApiToken } from '../store/api-tokens.ts';
import { rolesOf } from '../store/forge-roles.ts';
import { listGrantsOf } from '../store/role-grants.ts';
import type { Tx } from '../store/store.ts';

/** What was granted to a person, and what the forge said of them not too long ago. */
export async function rightsOfPerson(tx: Tx, person: PersonId, now: Instant): Promise<Rights> {
  const grants = await listGrantsOf(tx, person);
  const forge = await rolesOf(tx, person, now - limits.forgeRoleTrustMs);
  return {
    grants: grants.map(({ pattern, role }) => ({ pattern, role })),
    forge: Object.fromEntries(forge.map(({ fullName, role }) => [fullName.toLowerCase(), role])),
    ceiling: null,
  };
}

/** Never more than its maker has now, who may be the administrator of the coordinator (null). */
export const rightsOfToken = ({ role, pattern }: ApiToken, maker: Rights | null): Rights => ({
  ...(maker ?? allRights),
  ceiling: { pattern, role },
});
