/** Commit statuses in the outbox. */
import type { CommitSha, Instant, RepositoryId, RunId } from '#shared/ids.ts';
import { type RunState, runStatus } from '#shared/run.ts';
import type { StatusPayload } from './forge-payloads.ts';
import { addWrite, findLastWrite, type WriteOf } from './forge-writes.ts';
import { parseValue, word } from './rows.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

/** Whose statuses they are, as far as a status needs to know. */
export type StatusSubject = {
  /** owner/name */
  repository: string;
  commit: CommitSha;
};

export type NewStatusWrite = StatusSubject & { context: string; payload: StatusPayload; priority: number };

export const addStatusWrite = (
  tx: Tx,
  { repository, commit, context, payload, priority }: NewStatusWrite,
  at: Instant,
): Promise<void> =>
  addWrite(tx, { kind: 'status', repository, subject: commit, context, payload, priority }, at);

/** The newest status of a context, whatever became of it. */
export const findLastStatusWrite = (
  tx: Tx,
  { repository, commit }: StatusSubject,
  context: string,
): Promise<WriteOf<'status'> | null> =>
  findLastWrite(tx, { kind: 'status', repository, subject: commit, context });

const subjectOfRun = statement((db, { run }: { run: RunId }) =>
  db
    .selectFrom('run')
    .innerJoin('repository', 'repository.id', 'run.repository_id')
    .select(({ exists, selectFrom }) => [
      'run.commit_sha',
      'run.purpose',
      'run.status',
      'run.repository_id',
      'repository.full_name',
      'repository.forge',
      exists(
        selectFrom('run as other')
          .select('other.id')
          .whereRef('other.commit_sha', '=', 'run.commit_sha')
          .whereRef('other.repository_id', '=', 'run.repository_id')
          .whereRef('other.id', '<>', 'run.id')
          .where('other.purpose', '<>', word('manual')),
      ).as('is_shared'),
    ])
    .where('run.id', '=', run),
);

/** `isShared`: another run of the same commit speaks under the same contexts. */
export type RunSubject = StatusSubject & {
  repositoryId: RepositoryId;
  isShared: boolean;
  /** Of the run itself. */
  status: RunState['status'];
};

/** @returns the commit that a run's statuses are about; null where nobody outside is to be told. */
export async function findStatusSubject(tx: Tx, run: RunId): Promise<RunSubject | null> {
  const row = await subjectOfRun.first(tx, { run });
  // A commit of our own merge queue is not known there.
  const isSilent = row?.purpose === 'manual' || row?.purpose === 'merge-queue';
  if (!row || row.forge === 'none' || isSilent) return null;
  return {
    repository: row.full_name,
    commit: row.commit_sha,
    repositoryId: row.repository_id,
    isShared: Boolean(row.is_shared),
    status: parseValue(runStatus, row.status, `run ${run}.status`),
  };
}
