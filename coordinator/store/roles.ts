import type { CoordinatorId, Instant } from '#shared/ids.ts';
import { StoreError } from './errors.ts';
import { newId } from './new-id.ts';
import type { Tx } from './store.ts';

export type Role = { name: 'brain'; holder: CoordinatorId; epoch: number };

/**
 * Takes a role that is free, expired or ours, with a higher epoch than every holder before.
 * @returns null while somebody else holds it.
 */
export async function takeRole(
  tx: Tx,
  name: Role['name'],
  holder: CoordinatorId,
  now: Instant,
  leaseMs: number,
): Promise<Role | null> {
  const row = await tx.selectFrom('role').selectAll().where('name', '=', name).executeTakeFirst();
  if (row && row.holder !== holder && row.expires_at > now) return null;
  const epoch = (row?.epoch ?? 0) + 1;
  const values = { holder, epoch, expires_at: now + leaseMs };
  await tx
    .insertInto('role')
    .values({ name, ...values })
    .onConflict(conflict => conflict.column('name').doUpdateSet(values))
    .execute();
  return { name, holder, epoch };
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

/** Stands in every transaction of the role. @throws StoreError `not-the-brain` when the epoch has moved on. */
export async function assertRole(tx: Tx, role: Role): Promise<void> {
  const row = await tx.selectFrom('role').select('epoch').where('name', '=', role.name).executeTakeFirst();
  if (row?.epoch === role.epoch) return;
  throw new StoreError(
    'not-the-brain',
    `another coordinator has taken over the role ${role.name}; this one stops deciding`,
  );
}

/** The coordinator's own id, made at the first start of this database. */
export async function ownId(tx: Tx, key: string): Promise<CoordinatorId> {
  const row = await tx.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  if (row) return row.value as CoordinatorId;
  const id = newId.coordinator();
  await tx.insertInto('meta').values({ key, value: id }).execute();
  return id;
}
