/** The forge tells that somebody may do something else: what is not so any more ends at once, and the rest is asked anew. */
import { assertRole } from '../store/roles.ts';
import type { RolesChanged } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled } from './intake-ports.ts';

export async function changeRoles(
  { store, role, heardOfRoles }: ChangeParts,
  { who, place, isLess }: RolesChanged,
): Promise<Handled> {
  await store.write(async tx => {
    await assertRole(tx, role);
    await heardOfRoles(tx, { forgeUserId: who, place, isLess });
  });
  const where = 'repository' in place ? place.repository : `all of ${place.owner}`;
  return acted(`roles in ${where} are asked anew`, [{ type: 'roles' }]);
}
