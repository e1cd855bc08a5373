import { type HostReport, hostReport } from '#shared/host-messages.ts';
import {
  type HostTraits,
  type HostTraitsChange,
  hostTraits,
  hostTraitsChange,
  noTraits,
} from '#shared/host-traits.ts';
import type { HostId, Instant } from '#shared/ids.ts';
import { newId } from './new-id.ts';
import { columnParser, flag } from './rows.ts';
import type { Tables } from './schema.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

export type Host = {
  id: HostId;
  name: string;
  publicKey: string;
  capacity: HostReport['capacity'] | null;
  drivers: HostReport['drivers'];
  isDraining: boolean;
  lastSeenAt: Instant;
  /** What an admin says of it. */
  traits: HostTraits;
};

const capacityOf = columnParser(hostReport.shape.capacity.nullable());
const driversOf = columnParser(hostReport.shape.drivers);
const traitsOf = columnParser(hostTraits);

const fromRow = (row: Tables['host']): Host => ({
  id: row.id,
  name: row.name,
  publicKey: row.public_key,
  capacity: capacityOf(row.capacity, `host ${row.id}.capacity`),
  drivers: driversOf(row.drivers, `host ${row.id}.drivers`),
  isDraining: row.is_draining === 1,
  lastSeenAt: row.last_seen_at,
  traits: traitsOf(row.traits, `host ${row.id}.traits`),
});

const all = statement(db =>
  db.selectFrom('host').selectAll().where('removed_at', 'is', null).orderBy('name'),
);

/** All but those that were removed, as every look-up below that does not say otherwise. */
export const listHosts = async (tx: Tx): Promise<Host[]> => (await all.all(tx, {})).map(fromRow);

const here = (tx: Tx) => tx.selectFrom('host').selectAll().where('removed_at', 'is', null);

export async function findHost(tx: Tx, id: HostId): Promise<Host | null> {
  const row = await here(tx).where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

export async function findHostByName(tx: Tx, name: string): Promise<Host | null> {
  const row = await here(tx).where('name', '=', name).executeTakeFirst();
  return row ? fromRow(row) : null;
}

export async function findHostByKey(tx: Tx, publicKey: string): Promise<Host | null> {
  const row = await here(tx).where('public_key', '=', publicKey).executeTakeFirst();
  return row ? fromRow(row) : null;
}

export type RemovedHost = Pick<Host, 'id' | 'name' | 'publicKey'>;

/** A host that was removed, by its id or by the key that it had. */
export async function findRemovedHost(
  tx: Tx,
  by: { id: HostId } | { publicKey: string },
): Promise<RemovedHost | null> {
  const removed = tx
    .selectFrom('host')
    .select(['id', 'name', 'public_key'])
    .where('removed_at', 'is not', null);
  const asked = 'id' in by ? removed.where('id', '=', by.id) : removed.where('public_key', '=', by.publicKey);
  const row = await asked.orderBy('removed_at', 'desc').executeTakeFirst();
  return row ? { id: row.id, name: row.name, publicKey: row.public_key } : null;
}

/** Its row stays, for the attempts that ran there. Every token in its name or used by its key is void from now on. */
export async function markHostRemoved(
  tx: Tx,
  { id, name, publicKey }: RemovedHost,
  at: Instant,
): Promise<void> {
  await tx.updateTable('host').set({ removed_at: at, is_draining: 0 }).where('id', '=', id).execute();
  await tx
    .deleteFrom('join_token')
    .where(eb => eb.or([eb('host_name', '=', name), eb('used_by', '=', publicKey)]))
    .execute();
}

/** Saves what a host says of itself. */
export async function saveHostReport(tx: Tx, id: HostId, report: HostReport, at: Instant): Promise<void> {
  await tx
    .updateTable('host')
    .set({
      capacity: JSON.stringify(report.capacity),
      drivers: JSON.stringify(report.drivers),
      last_seen_at: at,
    })
    .where('id', '=', id)
    .execute();
}

export async function setDraining(tx: Tx, id: HostId, isDraining: boolean): Promise<void> {
  await tx
    .updateTable('host')
    .set({ is_draining: flag(isDraining) })
    .where('id', '=', id)
    .execute();
}

export async function saveTraits(tx: Tx, id: HostId, traits: HostTraits): Promise<void> {
  await tx
    .updateTable('host')
    .set({ traits: JSON.stringify(traits) })
    .where('id', '=', id)
    .execute();
}

export type JoinToken = {
  hash: string;
  hostName: string;
  expiresAt: Instant;
  usedBy: string | null;
  /** What becomes of the host's traits when it joins; null: they stay. */
  traits: HostTraitsChange | null;
};

export type NewJoinToken = Omit<JoinToken, 'usedBy' | 'traits'> & Partial<Pick<JoinToken, 'traits'>>;

export async function insertJoinToken(tx: Tx, token: NewJoinToken): Promise<void> {
  const { hash, hostName, expiresAt, traits = null } = token;
  await tx
    .insertInto('join_token')
    .values({
      hash,
      host_name: hostName,
      expires_at: expiresAt,
      used_by: null,
      traits: traits && JSON.stringify(traits),
    })
    .execute();
}

const tokenTraitsOf = columnParser(hostTraitsChange);

export async function findJoinToken(tx: Tx, hash: string): Promise<JoinToken | null> {
  const row = await tx.selectFrom('join_token').selectAll().where('hash', '=', hash).executeTakeFirst();
  return row
    ? {
        hash: row.hash,
        hostName: row.host_name,
        expiresAt: row.expires_at,
        usedBy: row.used_by,
        traits: row.traits === null ? null : tokenTraitsOf(row.traits, 'join_token.traits'),
      }
    : null;
}

/** Those that let somebody in: not used yet, and not over. */
export const listOpenJoinTokens = (
  tx: Tx,
  now: Instant,
  max: number,
): Promise<Pick<JoinToken, 'hostName' | 'expiresAt'>[]> =>
  tx
    .selectFrom('join_token')
    .select(['host_name as hostName', 'expires_at as expiresAt'])
    .where('used_by', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('host_name')
    .limit(max)
    .execute();

/** Takes back those that nobody has used. @returns how many that were. */
export async function deleteOpenJoinTokens(tx: Tx, hostName: string): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('join_token')
    .where('host_name', '=', hostName)
    .where('used_by', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/**
 * Enrols a host under the token's name: the token is used up by this key, and a host of that name that was there before
 * takes the new key (a reinstalled computer is the same host; one that was removed is let in again).
 * @returns null when another key has used the token up meanwhile.
 */
export async function enrolHost(
  tx: Tx,
  token: Omit<JoinToken, 'traits'>,
  publicKey: string,
  at: Instant,
): Promise<Host | null> {
  const isOurs = await useJoinToken(tx, token.hash, publicKey);
  if (!isOurs) return null;
  const row = await tx
    .insertInto('host')
    .values({
      id: newId.host(),
      name: token.hostName,
      public_key: publicKey,
      capacity: 'null',
      drivers: '[]',
      is_draining: 0,
      last_seen_at: 0,
      created_at: at,
      removed_at: null,
      traits: JSON.stringify(noTraits),
    })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ public_key: publicKey, removed_at: null }))
    .returningAll()
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

/** Binds a token to the key that showed it first. @returns false when that was another one. */
export async function useJoinToken(tx: Tx, hash: string, publicKey: string): Promise<boolean> {
  const row = await tx
    .updateTable('join_token')
    .set({ used_by: publicKey })
    .where('hash', '=', hash)
    .where(eb => eb.or([eb('used_by', 'is', null), eb('used_by', '=', publicKey)]))
    .returning('hash')
    .executeTakeFirst();
  return row !== undefined;
}
