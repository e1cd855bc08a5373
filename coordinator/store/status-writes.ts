/** The outbox for commit statuses: written in the transaction that changes a job, sent afterwards, never lost. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { forgeState } from '#shared/forge-status.ts';
import type { CommitSha, Instant } from '#shared/ids.ts';
import { parseColumn } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

export const statusPayload = z.object({ state: forgeState, description: z.string(), targetUrl: z.string() });
export type StatusPayload = z.infer<typeof statusPayload>;

export type StatusWrite = {
  id: number;
  /** owner/name */
  repository: string;
  commit: CommitSha;
  context: string;
  payload: StatusPayload;
  /** Lower goes first: 0 a settled verdict, 1 a change of phase, 2 waiting text. */
  priority: number;
  status: 'pending' | 'sent' | 'dropped' | 'dead';
  tries: number;
  nextAt: Instant;
  message: string | null;
  createdAt: Instant;
  sentAt: Instant | null;
};

const fromRow = (row: Selectable<Tables['status_write']>): StatusWrite => ({
  id: row.id,
  repository: row.repository,
  commit: row.commit_sha,
  context: row.context,
  payload: parseColumn(statusPayload, row.payload, `status_write ${row.id}.payload`),
  priority: row.priority,
  status: row.status,
  tries: row.tries,
  nextAt: row.next_at,
  message: row.message,
  createdAt: row.created_at,
  sentAt: row.sent_at,
});

export async function addStatusWrite(
  tx: Tx,
  write: Pick<StatusWrite, 'repository' | 'commit' | 'context' | 'payload' | 'priority'>,
  at: Instant,
): Promise<void> {
  await tx
    .insertInto('status_write')
    .values({
      repository: write.repository,
      commit_sha: write.commit,
      context: write.context,
      payload: JSON.stringify(write.payload),
      priority: write.priority,
      status: 'pending',
      tries: 0,
      next_at: at,
      message: null,
      created_at: at,
      sent_at: null,
    })
    .execute();
}

/** Pending writes of the contexts that have been due the longest, in the order they were written. */
export async function listPendingStatusWrites(tx: Tx, max: number): Promise<StatusWrite[]> {
  const rows = await tx
    .selectFrom('status_write')
    .selectAll()
    .where('status', '=', 'pending')
    .orderBy('next_at')
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow).sort((a, b) => a.id - b.id);
}

/** The newest write of a context, whatever became of it. */
export async function findLastStatusWrite(
  tx: Tx,
  repository: string,
  commit: CommitSha,
  context: string,
): Promise<StatusWrite | null> {
  const row = await tx
    .selectFrom('status_write')
    .selectAll()
    .where('commit_sha', '=', commit)
    .where('context', '=', context)
    .where('repository', '=', repository)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

export async function markStatusSent(tx: Tx, id: number, at: Instant): Promise<void> {
  await tx
    .updateTable('status_write')
    .set({ status: 'sent', sent_at: at, message: null })
    .where('id', '=', id)
    .execute();
}

export async function dropStatuses(tx: Tx, ids: number[], message: string): Promise<void> {
  if (ids.length === 0) return;
  await tx.updateTable('status_write').set({ status: 'dropped', message }).where('id', 'in', ids).execute();
}

/** Gives one up for good: the forge will never take it. It stays visible. */
export async function buryStatus(tx: Tx, id: number, message: string): Promise<void> {
  await tx.updateTable('status_write').set({ status: 'dead', message }).where('id', '=', id).execute();
}

/** `message` null keeps the one that is there. */
export async function postponeStatus(
  tx: Tx,
  id: number,
  tries: number,
  nextAt: Instant,
  message: string | null,
): Promise<void> {
  const columns = { tries, next_at: nextAt, ...(message === null ? {} : { message }) };
  await tx.updateTable('status_write').set(columns).where('id', '=', id).execute();
}

/** Pending and dead ones for people to see, oldest first. */
export async function listUnsentStatuses(tx: Tx, max: number): Promise<StatusWrite[]> {
  const rows = await tx
    .selectFrom('status_write')
    .selectAll()
    .where('status', 'in', ['pending', 'dead'])
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}
