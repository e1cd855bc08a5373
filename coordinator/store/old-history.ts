/**
 * What tells how something came about, and is asked for by nobody after a while. Each of these removes at most `max` rows, the
 * oldest first, and answers how many it looked at and where it came to, so that what stays is looked at once.
 */
import { type Instant, type MachineId, machineId } from '#shared/ids.ts';
import { word } from './rows.ts';
import type { Tx } from './store.ts';

/** Handled ones; one that is still to be handled is not old. */
export async function removeOldDeliveries(tx: Tx, before: Instant, max: number): Promise<number> {
  const rows = await tx
    .selectFrom('delivery')
    .select('id')
    .where('received_at', '<', before)
    .where('status', '=', word('handled'))
    .orderBy('received_at')
    .orderBy('id')
    .limit(max)
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await tx.deleteFrom('delivery').where('id', 'in', ids).execute();
  return ids.length;
}

/** `next`: from where the next batch goes on; null: the rest is not old. */
export type Batch = { removed: number; next: number | null };

/** Who approved a commit stays: whether it may run again hangs on it. */
export async function removeOldEvents(tx: Tx, before: Instant, from: number, max: number): Promise<Batch> {
  const rows = await tx
    .selectFrom('event')
    .select(['seq', 'at', 'type'])
    .where('seq', '>=', from)
    .orderBy('seq')
    .limit(max)
    .execute();
  const old = rows.filter(({ at }) => at < before);
  const seqs = old.filter(({ type }) => type !== 'run.approved').map(({ seq }) => seq);
  if (seqs.length > 0) await tx.deleteFrom('event').where('seq', 'in', seqs).execute();
  // Numbers and times grow together; a clock that was set back lets some of them stay a little longer.
  const isMore = rows.length === max && old.length > 0;
  return { removed: seqs.length, next: isMore ? (rows.at(-1)?.seq ?? from) + 1 : null };
}

/**
 * What was sent, dropped or refused for good. The last word about something that was made at the forge stays, as it has the
 * number that the forge gave it: without that a second check would be made beside the first.
 */
export async function removeOldWrites(tx: Tx, before: Instant, from: number, max: number): Promise<Batch> {
  const rows = await tx
    .selectFrom('forge_write')
    .select([
      'id',
      'status',
      'created_at',
      'begun_at',
      'forge_id',
      'kind',
      'repository',
      'subject',
      'context',
    ])
    .where('id', '>=', from)
    .orderBy('id')
    .limit(max)
    .execute();
  const old = rows.filter(row => row.created_at < before);
  const ids: number[] = [];
  for (const row of old)
    if (row.status !== 'pending' && (!isOfCreation(row) || (await hasLaterNumber(tx, row)))) ids.push(row.id);
  if (ids.length > 0) await tx.deleteFrom('forge_write').where('id', 'in', ids).execute();
  const isMore = rows.length === max && old.length > 0;
  return { removed: ids.length, next: isMore ? (rows.at(-1)?.id ?? from) + 1 : null };
}

type Written = { id: number; kind: string; repository: string; subject: string; context: string };

const isOfCreation = (row: { begun_at: Instant | null; forge_id: number | null }): boolean =>
  row.begun_at !== null || row.forge_id !== null;

async function hasLaterNumber(tx: Tx, { id, kind, repository, subject, context }: Written): Promise<boolean> {
  const later = await tx
    .selectFrom('forge_write')
    .select('id')
    .where('subject', '=', subject)
    .where('context', '=', context)
    .where('id', '>', id)
    .where('repository', '=', repository)
    .where('kind', '=', kind)
    .where('forge_id', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return later !== undefined;
}

/** Machines that ended, with what they showed and said when they did not start. */
export async function removeOldMachines(tx: Tx, before: Instant, max: number): Promise<number> {
  const rows = await tx
    .selectFrom('machine')
    .select('id')
    .where('status', '=', word('gone'))
    .where('since', '<', before)
    .orderBy('since')
    .orderBy('id')
    .limit(max)
    .execute();
  const ids: MachineId[] = rows.map(({ id }) => machineId.parse(id));
  if (ids.length === 0) return 0;
  for (const table of ['boot_evidence', 'boot_screen'] as const)
    await tx.deleteFrom(table).where('machine_id', 'in', ids).execute();
  await tx.deleteFrom('machine').where('id', 'in', ids).execute();
  return ids.length;
}

/** Tokens of hosts that nobody used in time. */
export async function removeOldInvitations(tx: Tx, before: Instant): Promise<void> {
  await tx.deleteFrom('join_token').where('expires_at', '<', before).where('used_by', 'is', null).execute();
}
