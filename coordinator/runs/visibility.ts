/** A repository that is made private is seen by whoever has a role in it, and by nobody else, at once. */
import { findRepositoryByName, upsertRepository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import type { ForgeRepository } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, unknownRepository } from './intake-ports.ts';

/** Also of one that is not configured any more: its runs are still there. */
export async function changeVisibility(
  { store, role, heardOfRoles, now }: ChangeParts,
  repository: ForgeRepository,
): Promise<Handled> {
  const { fullName, isPrivate } = repository;
  const isKnown = await store.write(async tx => {
    await assertRole(tx, role);
    const known = await findRepositoryByName(tx, fullName);
    if (known?.forge !== 'github') return false;
    await upsertRepository(tx, { ...known, isPrivate }, now());
    // Whoever read it as everybody did is asked about anew.
    await heardOfRoles(tx, { forgeUserId: null, place: { repository: fullName }, isLess: isPrivate });
    return true;
  });
  return isKnown
    ? acted(`${fullName} is ${isPrivate ? 'private' : 'public'} now`, [{ type: 'roles' }])
    : unknownRepository(fullName);
}
