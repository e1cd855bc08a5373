/** The outbox for commit statuses: written in the transaction that changes a job, sent afterwards, never lost. */
import type { Selectable } from 'kysely';
import * as z from 'zod';
import { forgeState } from '#shared/forge-status.ts';
import type { CommitSha, Instant, RunId } from '#shared/ids.ts';
import { parseColumn, parseValue, word } from './rows.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
import type { Tx } from './store.ts';

export const statusPayload = z.object({ state: forgeState, description: z.string(), targetUrl: z.string() });
export type StatusPayload = z.infer<typeof statusPayload>;

const writeStatus = z.enum(['pending', 'sent', 'dropped', 'dead']);

export type StatusWrite = {
  id: number;
  /** owner/name */
  repository: string;
  commit: CommitSha;
  context: string;
  payload: StatusPayload;
  /** Lower goes first: 0 a settled verdict, 1 a change of phase, 2 waiting text. */
  priority: number;
  status: z.infer<typeof writeStatus>;
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
  status: parseValue(writeStatus, row.status, `status_write ${row.id}.status`),
  tries: row.tries,
  nextAt: row.next_at,
  message: row.message,
  createdAt: row.created_at,
  sentAt: row.sent_at,
});

const columns = [
  'repository',
  'commit_sha',
  'context',
  'payload',
  'priority',
  'status',
  'tries',
  'next_at',
  'message',
  'created_at',
  'sent_at',
] as const;

const insert = statement((db, row: Omit<Tables['status_write'], 'id'>) =>
  db.insertInto('status_write').values(pick(row, columns)),
);

export async function addStatusWrite(
  tx: Tx,
  write: Pick<StatusWrite, 'repository' | 'commit' | 'context' | 'payload' | 'priority'>,
  at: Instant,
): Promise<void> {
  await insert.run(tx, {
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
  });
}

const pending = statement((db, { max }: { max: number }) =>
  db
    .selectFrom('status_write')
    .selectAll()
    .where('status', '=', word('pending'))
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('commit_sha', 'context'),
        'in',
        selectFrom('status_write')
          .select(['commit_sha', 'context'])
          .where('status', '=', word('pending'))
          .orderBy('next_at')
          .orderBy('id')
          .limit(max)
          .$asTuple('commit_sha', 'context'),
      ),
    )
    .orderBy('id'),
);

/**
 * Every pending write of the contexts that have been due the longest, in the order they were written. `max` counts the
 * writes that are due first, and all others of their contexts come with them: who saw only some of a context could send
 * an older one after a newer one.
 */
export const listPendingStatusWrites = async (tx: Tx, max: number): Promise<StatusWrite[]> =>
  (await pending.all(tx, { max })).map(fromRow);

const newest = statement((db, { repository, commit, context }: StatusSubject & { context: string }) =>
  db
    .selectFrom('status_write')
    .selectAll()
    .where('commit_sha', '=', commit)
    .where('context', '=', context)
    .where('repository', '=', repository)
    .orderBy('id', 'desc')
    .limit(1),
);

/** Whose statuses they are, as far as a status needs to know. */
export type StatusSubject = Pick<StatusWrite, 'repository' | 'commit'>;

const subjectOfRun = statement((db, { run }: { run: RunId }) =>
  db
    .selectFrom('run')
    .innerJoin('repository', 'repository.id', 'run.repository_id')
    .select(['run.commit_sha', 'run.purpose', 'repository.full_name', 'repository.forge'])
    .where('run.id', '=', run),
);

/** @returns the commit that a run's statuses are about; null where nobody outside is to be told. */
export async function findStatusSubject(tx: Tx, run: RunId): Promise<StatusSubject | null> {
  const row = await subjectOfRun.first(tx, { run });
  // A commit of our own merge queue is not known there.
  const isSilent = row?.purpose === 'manual' || row?.purpose === 'merge-queue';
  if (!row || row.forge === 'none' || isSilent) return null;
  return { repository: row.full_name, commit: row.commit_sha };
}

/** The newest write of a context, whatever became of it. */
export async function findLastStatusWrite(
  tx: Tx,
  { repository, commit }: StatusSubject,
  context: string,
): Promise<StatusWrite | null> {
  const row = await newest.first(tx, { repository, commit, context });
  return row ? fromRow(row) : null;
}

export async function markStatusesSent(tx: Tx, ids: number[], at: Instant): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .updateTable('status_write')
    .set({ status: 'sent', sent_at: at, message: null })
    .where('id', 'in', ids)
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
    .where('status', 'in', [word('pending'), word('dead')])
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}
