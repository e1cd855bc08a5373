import type { CoordinatorId, Instant } from '#shared/ids.ts';
import { StoreError } from './errors.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

export type Role = { name: 'brain'; holder: CoordinatorId; epoch: number };

/**
 * Takes a role that is free, expired or ours, with a higher epoch than every holder before: one statement, so that of
 * several that try at the same time one gets it.
 * @returns null while somebody else holds it.
 */
export async function takeRole(
  tx: Tx,
  name: Role['name'],
  holder: CoordinatorId,
  now: Instant,
  leaseMs: number,
): Promise<Role | null> {
  const taken = { holder, expires_at: now + leaseMs };
  const row = await tx
    .insertInto('role')
    .values({ name, epoch: 1, ...taken })
    .onConflict(conflict =>
      conflict
        .column('name')
        .doUpdateSet(eb => ({ ...taken, epoch: eb('role.epoch', '+', 1) }))
        .where(eb => eb.or([eb('role.holder', '=', holder), eb('role.expires_at', '<=', now)])),
    )
    .returning('epoch')
    .executeTakeFirst();
  return row ? { name, holder, epoch: row.epoch } : null;
}

/** @returns false when the role has passed to somebody else. */
export async function renewRole(tx: Tx, role: Role, now: Instant, leaseMs: number): Promise<boolean> {
  const row = await tx
    .updateTable('role')
    .set({ expires_at: now + leaseMs })
    .where('name', '=', role.name)
    .where('holder', '=', role.holder)
    .where('epoch', '=', role.epoch)
    .returning('name')
    .executeTakeFirst();
  return row !== undefined;
}

const epochOf = statement((db, { name }: Pick<Role, 'name'>) =>
  db.selectFrom('role').select('epoch').where('name', '=', name).forShare(),
);

/** Whether the role is still ours; then it stays ours until the commit. */
export async function holdsRole(tx: Tx, { name, epoch }: Role): Promise<boolean> {
  return (await epochOf.first(tx, { name }))?.epoch === epoch;
}

/**
 * Stands in every transaction of the role. The row stays locked until the commit: whoever takes the role meanwhile waits,
 * and then sees all that was decided under it.
 * @throws StoreError `not-the-brain` when the epoch has moved on.
 */
export async function assertRole(tx: Tx, role: Role): Promise<void> {
  if (await holdsRole(tx, role)) return;
  throw new StoreError(
    'not-the-brain',
    `another coordinator has taken over the role ${role.name}; this one stops deciding`,
  );
}
